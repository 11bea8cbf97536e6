# xh_embed(OUTPUT SYMBOL PATTERN [SYMBOL PATTERN]...): writes a C file with, for each SYMBOL, the texts of the files that
# match PATTERN as an array `const xh_embedded SYMBOL[]` in the order of their names, and their number
# `const size_t SYMBOL_count`.
# A text becomes an array of characters, which may hold anything and be of any length. New and changed files are picked
# up by the next build.
function(xh_embed output)
  set(code "#include \"crosshebb/config.h\"\n")
  while(ARGN)
    list(POP_FRONT ARGN symbol pattern)
    file(GLOB files CONFIGURE_DEPENDS ${pattern})
    list(SORT files)
    set(texts "")
    set(rows "")
    set(count 0)
    foreach(file IN LISTS files)
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
      get_filename_component(name ${file} NAME_WLE)
      file(READ ${file} bytes HEX)
      string(REGEX REPLACE "(................................)" "\\1\n    " bytes "${bytes}")
      string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
      string(APPEND texts "static const char ${symbol}_${count}[] = {\n    ${bytes}0};\n")
      string(APPEND rows "    {\"${name}\", ${symbol}_${count}},\n")
      math(EXPR count "${count} + 1")
    endforeach()
    string(APPEND code "\n${texts}"
           "extern const xh_embedded ${symbol}[];\nextern const size_t ${symbol}_count;\n"
           "const xh_embedded ${symbol}[] = {\n${rows}    {0, 0},\n};\n"
           "const size_t ${symbol}_count = ${count};\n")
  endwhile()
  file(CONFIGURE OUTPUT ${output} CONTENT "${code}" @ONLY)
endfunction()
