" Prints the syntax group at each place: `vim -es -u NONE -S vim.vim` with $RUNTIME, $SOURCE, $PLACES, $RESULT.
let &runtimepath = $RUNTIME . "," . &runtimepath
filetype plugin on
syntax enable
execute "edit " . fnameescape($SOURCE)
set filetype=thalweg
let result = []
for place in readfile($PLACES)
  let [line, column] = split(place)
  let byte = byteidx(getline(str2nr(line)), str2nr(column) - 1) + 1
  let name = synIDattr(synID(str2nr(line), byte, 1), "name")
  call add(result, name == "" ? "none" : name)
endfor
call writefile(result, $RESULT)
qall!
