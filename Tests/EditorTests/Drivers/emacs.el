;;; emacs.el --- Prints the face at each place -*- lexical-binding: t -*-
;;; Commentary:
;; emacs --batch -Q -l thalweg-mode.el -l emacs.el, with $SOURCE and $PLACES.
;;; Code:
(find-file (getenv "SOURCE"))
(font-lock-ensure)
(let ((buffer (current-buffer)))
  (with-temp-buffer
    (insert-file-contents (getenv "PLACES"))
    (dolist (place (split-string (buffer-string) "\n" t))
      (pcase-let ((`(,line ,column) (mapcar #'string-to-number (split-string place))))
        (with-current-buffer buffer
          (goto-char (point-min))
          (forward-line (1- line))
          (forward-char (1- column))
          (let ((face (get-text-property (point) 'face)))
            (princ (format "%s\n" (or (if (consp face) (car face) face) "none")))))))))
;;; emacs.el ends here
