# The letters of formulas. Few phones have a font for mathematics, and without one brackets do not grow as they should: so
# the book brings the part of TeX Gyre Schola Math that it uses, where that font and a tool that cuts fonts are installed.
# Its a and α, v and ν are easily told apart. It is free, under the GUST Font License, which asks that what is changed bears another name: here it is "Formulas".
find_program(DOXA_PYFTSUBSET pyftsubset)
find_file(DOXA_FORMULA_FONT texgyreschola-math.otf NO_CMAKE_FIND_ROOT_PATH
  PATHS /usr/share/texmf/fonts/opentype/public/tex-gyre-math)
find_file(DOXA_FORMULA_LICENSE GUST-FONT-LICENSE.txt NO_CMAKE_FIND_ROOT_PATH
  PATHS /usr/share/texmf/doc/fonts/tex-gyre-math)
if(DOXA_PYFTSUBSET AND DOXA_FORMULA_FONT AND DOXA_FORMULA_LICENSE)
  set(letters 20-7E AF B1 D7 2D9 391-3C9 3D1 3D5 3F5)                      # Latin and Greek
  list(APPEND letters 2016 2026 2032-2034 2190-2194 21A6 21D0-21D4 2200-22FF 23DE 23DF 27E8 27E9)  # signs
  list(APPEND letters 2102 210E 2112 211B 211D 2130 1D434-1D467 1D49C-1D4CF 1D538-1D551 1D6E2-1D71B)  # italic and so on
  list(JOIN letters "," letters)
  add_custom_command(OUTPUT "${site}/page/formulas.woff2" DEPENDS "${DOXA_FORMULA_FONT}"
    COMMAND "${DOXA_PYFTSUBSET}" "${DOXA_FORMULA_FONT}" "--unicodes=${letters}" --drop-tables+=FFTM --flavor=woff2
            "--output-file=${site}/page/formulas.woff2"
    COMMAND "${CMAKE_COMMAND}" -E copy "${DOXA_FORMULA_LICENSE}" "${site}/page/formulas-license.txt"
    COMMENT "The font of the formulas" VERBATIM)
  list(APPEND copies "${site}/page/formulas.woff2")
  set(style_sheets "${scripts}/style.css" "${scripts}/formulas.css")
else()
  message(STATUS "Formulas in the book will have the fonts of their readers' machines: to bring one along, "
                 "apt-get install -y fonts-texgyre-math fonttools python3-brotli")
  set(style_sheets "${scripts}/style.css")
endif()
