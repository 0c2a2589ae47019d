-- What stands beside text that has no code or figure beside it: the symbols of that text, or the contents of
-- the page.
local frame = require("frame")
local notation = require("notation")

local margins = {}

-- The place for it, for so many lines of text; filled when the formulas are made.
function margins.place(lines)
  return pandoc.Div({pandoc.RawBlock("html", "@margin " .. lines .. "@")},
                    pandoc.Attr("", {"code", "margin"}, {}))
end

-- The contents of the page, with the section in which byte `at` of its HTML is.
local function contents(html, at, page)
  if #page.sections < 2 then return nil end
  local current
  for _, section in ipairs(page.sections) do
    local place = html:find(' id="' .. section.id .. '"', 1, true)
    if place and place <= at then current = section.id end
  end
  return '<div class="here">\n<p>On this page</p>\n<ol>\n' .. frame.sections(page, current)
         .. "</ol>\n</div>\n"
end

-- The page with its margins filled; `used` are its symbols.
function margins.filled(html, page, used)
  return (html:gsub('(<div class="pair alone[^"]*">)(.-)@margin (%d+)@()', function(open, text, lines, at)
    lines = tonumber(lines)
    local symbols = used and notation.beside(text, used, math.min(math.floor(lines * 0.6), 14))
    local beside = symbols and '<p class="title">Symbols here</p>\n' .. symbols
    return open .. text .. (beside or lines >= 14 and contents(html, at, page) or "")
  end))
end

return margins
