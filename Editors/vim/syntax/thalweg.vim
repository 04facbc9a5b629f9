" The colours of Thalweg.
if exists("b:current_syntax")
  finish
endif

syntax case match
syntax sync fromstart

" Order matters: of two items that start at one place, Vim takes the last one.
syntax match thalwegOperator "[-+*/%<>!|=?]"
syntax match thalwegOperator "->\|<-\|\.\.\.\|\.\.<\|\.\.\|==\|!=\|<=\|>=\|&&\|||\|??\|?\."
syntax match thalwegPunctuation "[][(){},:]"
syntax match thalwegPunctuation "\.\%(\.\)\@!"

syntax match thalwegVariable "\<[a-z_]\w*\>"
syntax match thalwegCall "\<[a-z_]\w*\>\ze\s*("
syntax match thalwegType "\<[A-Z]\w*\>"
syntax keyword thalwegBuiltinType Bool Int Float Decimal String Bytes Date Timestamp Duration Uuid Json List Map
syntax keyword thalwegBuiltinType Vector Table Stream Request Flow File Directory FileRef Secret Failed Fault

syntax match thalwegKeyword "\%(\%(^\|{\)\s*\)\@<=\%(from\|into\)\>\ze\s\+\l\w*\s*[:=]"
syntax match thalwegKeyword "\%(\%(^\|{\)\s*\)\@<=\%(check\|discard\|reply\)\>\ze\s\+[a-z_(\[]"
syntax match thalwegKeyword "\%(\%(^\|{\)\s*\)\@<=run\>\ze\%(\s\+\l\+\)\?\s*{"
syntax match thalwegKeyword "\%(\%(^\|{\)\s*\)\@<=given\>\ze\s\+\l\w*\s*="
syntax match thalwegKeyword "\%(\%(^\|{\)\s*\)\@<=expect\>\ze\s\+[^=:.,) ]"
syntax match thalwegKeyword "\%(\%(^\|{\)\s*\)\@<=warn\>\ze\s\+\l"
syntax match thalwegKeyword "\<status\>\ze\s\+\d"
syntax match thalwegKeyword "\<allow\>\ze\s*\["
syntax match thalwegKeyword "^\s*\zs\%(python\|command\|http\|container\)\>\ze\s*\""
syntax match thalwegKeyword "^\s*\zseffect\>\ze\s\+\l"
syntax match thalwegKeyword "^\s*\zs\%(batch\|replicas\|timeout\|retry\|cache\|format\)\>\ze\s\+[0-9a-z]"
syntax match thalwegKeyword "^\s*\zs\%(resources\|env\)\>\ze\s*{"
syntax match thalwegKeyword "\w\s\+\zs\%(within\|backoff\)\>\ze\s\+\d"
syntax match thalwegDeclaration "^\s*\zs\%(record\|enum\|type\)\>\ze\s\+\u"
syntax match thalwegDeclaration "^\s*\zs\%(label\|task\|pipeline\)\>\ze\s\+\l"
syntax match thalwegDeclaration "^\s*\zsdeclassify\>\ze\s\+\%(fn\|task\)\>"
syntax match thalwegDeclaration "\%(declassify\s\+\)\@<=task\>"
syntax match thalwegDeclaration "\<unlabels\>\ze\s\+\l"
syntax match thalwegDeclaration "^\s*\zs\%(import\|test\)\>\ze\s*\""
syntax match thalwegDeclaration "\"\s\+\zsas\>\ze\s\+\l"
syntax match thalwegReserved "\<\%(if\|else\|match\|for\|in\|try\|fail\)\>"
syntax match thalwegDeclaration "\<\%(let\|fn\|row\)\>"
syntax match thalwegConstant "\<\%(true\|false\|none\)\>"
syntax match thalwegVariable "\<\l\w*\>\ze\s*:"
syntax match thalwegVariable "\%(\.\)\@<=\l\w*\>"
syntax match thalwegCall "\%(\.\)\@<=\l\w*\>\ze\s*("

syntax match thalwegAnnotation "@\l\w*"

syntax match thalwegNumber "\<\d\+\%(_\d\+\)*\>"
syntax match thalwegNumber "\<\d\+\%(_\d\+\)*\%(ms\|[smhdw]\|[KMGT]i\?B\)\>"
syntax match thalwegNumber "\<0x\x\+\%(_\x\+\)*\>"
syntax match thalwegNumber "\<\d\+\%(_\d\+\)*\.\d\+\%(_\d\+\)*\%([eE][-+]\?\d\+\)\?\>"
syntax match thalwegNumber "\<\d\+\%(_\d\+\)*[eE][-+]\?\d\+\>"

syntax match thalwegEscape contained "\\\%([ntr0\"\\{}]\|u{\x\{1,6}}\)"
syntax region thalwegInterpolation contained matchgroup=thalwegDelimiter start="{" end="}" contains=TOP
syntax region thalwegString start=+"+ skip=+\\"+ end=+"+ end=+$+ contains=thalwegEscape,thalwegInterpolation
syntax region thalwegString start=+"""+ end=+"""+ contains=thalwegEscape,thalwegInterpolation
syntax region thalwegRegex start=+\<re"+ skip=+\\.+ end=+"+ end=+$+
syntax match thalwegComment "//.*$" contains=@Spell
syntax match thalwegDocumentation "///.*$" contains=@Spell

highlight default link thalwegOperator Operator
highlight default link thalwegPunctuation Delimiter
highlight default link thalwegVariable Identifier
highlight default link thalwegCall Function
highlight default link thalwegType Type
highlight default link thalwegBuiltinType Type
highlight default link thalwegKeyword Statement
highlight default link thalwegReserved Conditional
highlight default link thalwegDeclaration Structure
highlight default link thalwegConstant Constant
highlight default link thalwegAnnotation PreProc
highlight default link thalwegNumber Number
highlight default link thalwegEscape SpecialChar
highlight default link thalwegDelimiter Delimiter
highlight default link thalwegString String
highlight default link thalwegRegex String
highlight default link thalwegComment Comment
highlight default link thalwegDocumentation SpecialComment

let b:current_syntax = "thalweg"
