autocmd BufRead,BufNewFile *.thal setfiletype thalweg
