" Settings for Thalweg files: comments, indentation, `thalweg fmt` behind gq, `thalweg check` behind :make.
if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=//\ %s
setlocal comments=:///,://
setlocal expandtab shiftwidth=2 softtabstop=2 tabstop=2
setlocal suffixesadd=.thal
setlocal smartindent
setlocal formatprg=thalweg\ fmt\ -
setlocal makeprg=thalweg\ check\ %:S
setlocal errorformat=%Eerror[%m,%Wwarning[%m,%Inote[%m,%C\ %#-->\ %f:%l:%c,%C\ %.%#,%-G%.%#

let b:undo_ftplugin = "setlocal cms< com< et< sw< sts< ts< sua< si< fp< mp< efm<"
