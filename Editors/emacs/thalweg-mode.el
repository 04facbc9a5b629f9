;;; thalweg-mode.el --- Major mode for the Thalweg language -*- lexical-binding: t -*-

;; Version: 0.1
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages

;;; Commentary:

;; Colours, indentation by brackets, `thalweg fmt' on save (`thalweg-format-on-save'), and `compile' that
;; finds the problems which `thalweg check' and `thalweg lint' print.

;;; Code:

(require 'compile)

(defgroup thalweg nil
  "The Thalweg language."
  :group 'languages)

(defcustom thalweg-program "thalweg"
  "The thalweg program: a name on the PATH or a path."
  :type 'string)

(defcustom thalweg-format-on-save t
  "Whether files are formatted before they are saved."
  :type 'boolean)

(defcustom thalweg-indent 2
  "Columns that a bracket indents by."
  :type 'integer)

(defvar thalweg-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?_ "w" table)
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (dolist (sign '(?+ ?- ?* ?% ?< ?> ?= ?! ?? ?| ?& ?. ?@))
      (modify-syntax-entry sign "." table))
    table)
  "How characters are read in `thalweg-mode'.")

(defconst thalweg-mode--types
  '("Bool" "Int" "Float" "Decimal" "String" "Bytes" "Date" "Timestamp" "Duration" "Uuid" "Json" "List" "Map"
    "Vector" "Table" "Stream" "Request" "Flow" "File" "Directory" "FileRef" "Secret" "Failed" "Fault"))

(defconst thalweg-mode--font-lock
  `(("\\.\\([a-z_][A-Za-z0-9_]*\\)" 1 'font-lock-variable-name-face)
    ("\\_<\\([a-z_][A-Za-z0-9_]*\\) *:" 1 'font-lock-variable-name-face)
    ("\\_<\\(re\\)\"" 1 'font-lock-string-face t)
    ("@[a-z_][A-Za-z0-9_]*" . 'font-lock-preprocessor-face)
    ("^ *\\(import\\|test\\)\\_> *\"" 1 'font-lock-keyword-face)
    ("\" +\\(as\\)\\_> +[a-z]" 1 'font-lock-keyword-face)
    ("^ *\\(record\\|enum\\|type\\) +\\([A-Z][A-Za-z0-9_]*\\)"
     (1 'font-lock-keyword-face) (2 'font-lock-type-face))
    ("^ *\\(?:\\(declassify\\) +\\)?\\(fn\\|task\\|pipeline\\|label\\) +\\([a-z_][A-Za-z0-9_]*\\)"
     (1 'font-lock-keyword-face nil t) (2 'font-lock-keyword-face) (3 'font-lock-function-name-face))
    ("\\_<\\(unlabels\\)\\_> +[a-z]" 1 'font-lock-keyword-face)
    ("\\(?:^\\|{\\) *\\(from\\|into\\) +[a-z_][A-Za-z0-9_]* *[:=]" 1 'font-lock-keyword-face)
    ("\\(?:^\\|{\\) *\\(check\\|discard\\|reply\\) +[a-z_([]" 1 'font-lock-keyword-face)
    ("\\(?:^\\|{\\) *\\(run\\)\\(?: +\\(batch\\|stream\\|service\\)\\)? *{"
     (1 'font-lock-keyword-face) (2 'font-lock-constant-face nil t))
    ("\\(?:^\\|{\\) *\\(given\\) +[a-z_][A-Za-z0-9_]* *=" 1 'font-lock-keyword-face)
    ("\\(?:^\\|{\\) *\\(expect\\)\\_> +[^=:.,) ]" 1 'font-lock-keyword-face)
    ("\\(?:^\\|{\\) *\\(warn\\) +[a-z]" 1 'font-lock-keyword-face)
    ("\\_<\\(status\\) +[0-9]" 1 'font-lock-keyword-face)
    ("\\_<\\(allow\\) *\\[" 1 'font-lock-keyword-face)
    ("^ *\\(python\\|command\\|http\\|container\\) *\"" 1 'font-lock-keyword-face)
    ("^ *\\(effect\\) +\\(pure\\|external\\|idempotent\\)\\_>"
     (1 'font-lock-keyword-face) (2 'font-lock-constant-face))
    ("^ *\\(batch\\|replicas\\|timeout\\|retry\\|cache\\|format\\) +[0-9a-z]" 1 'font-lock-keyword-face)
    ("^ *\\(resources\\|env\\) *{" 1 'font-lock-keyword-face)
    ("[0-9a-z] +\\(within\\|backoff\\) +[0-9]" 1 'font-lock-keyword-face)
    ("\\_<\\(?:true\\|false\\|none\\)\\_>" . 'font-lock-constant-face)
    ("\\_<\\(?:if\\|else\\|match\\|for\\|in\\|let\\|fn\\|try\\|fail\\|row\\)\\_>" . 'font-lock-keyword-face)
    (,(regexp-opt thalweg-mode--types 'symbols) . 'font-lock-type-face)
    ("\\_<[A-Z][A-Za-z0-9_]*\\_>" . 'font-lock-type-face)
    (,(concat "\\_<\\(?:0x[0-9A-Fa-f_]+\\|[0-9][0-9_]*\\(?:\\.[0-9][0-9_]*\\)?\\(?:[eE][-+]?[0-9]+\\)?"
              "\\(?:ms\\|[smhdw]\\|[KMGT]i?B\\)?\\)\\_>")
     . 'font-lock-constant-face)
    ("\\_<\\([a-z_][A-Za-z0-9_]*\\)(" 1 'font-lock-function-name-face)
    ("\\_<[a-z_][A-Za-z0-9_]*\\_>" . 'font-lock-variable-name-face))
  "What is coloured how in `thalweg-mode', besides comments and strings.")

(defun thalweg-mode--indent-line ()
  "Indent the line by the brackets around it."
  (interactive)
  (let ((offset (- (current-column) (current-indentation)))
        (depth (save-excursion
                 (back-to-indentation)
                 (let ((depth (car (syntax-ppss))))
                   (if (looking-at "[])}]") (1- depth) depth)))))
    (indent-line-to (* thalweg-indent (max 0 depth)))
    (when (> offset 0) (forward-char offset))))

(defun thalweg-format-buffer ()
  "Write the buffer in the one format; a buffer with syntax errors stays as it is."
  (interactive)
  (let ((output (generate-new-buffer " *thalweg fmt*")))
    (unwind-protect
        (if (eq 0 (call-process-region nil nil thalweg-program nil (list output nil) nil "fmt" "-"))
            (replace-buffer-contents output)
          (message "thalweg fmt: the file has syntax errors"))
      (kill-buffer output))))

(defun thalweg-mode--before-save ()
  "Format the buffer where the user wants it and the program is there."
  (when (and thalweg-format-on-save (executable-find thalweg-program))
    (thalweg-format-buffer)))

(add-to-list 'compilation-error-regexp-alist-alist
             '(thalweg "^ *--> \\(.*\\):\\([0-9]+\\):\\([0-9]+\\)$" 1 2 3))
(add-to-list 'compilation-error-regexp-alist 'thalweg)

;;;###autoload
(define-derived-mode thalweg-mode prog-mode "Thalweg"
  "Major mode for Thalweg pipelines."
  (setq-local comment-start "// ")
  (setq-local comment-start-skip "///? *")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'thalweg-mode--indent-line)
  (setq-local font-lock-defaults '(thalweg-mode--font-lock))
  (setq-local compile-command (concat thalweg-program " check"))
  (add-hook 'before-save-hook #'thalweg-mode--before-save nil t))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.thal\\'" . thalweg-mode))

(provide 'thalweg-mode)
;;; thalweg-mode.el ends here
