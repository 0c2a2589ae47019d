-- What pandoc's MathML needs for browsers, which know MathML Core only.
local mathml = {}

-- Upright letters: <mstyle mathvariant="normal"> around single letters is unknown to MathML Core, where one <mi> of several
-- letters is upright as it is.
local function upright(inner)
  if inner:find("<m[^i/]") then return nil end
  local joined = inner:gsub("</mi><mi>", "")
  return (joined:gsub("<mi>(.-)</mi>", function(letters)
    return (utf8.len(letters) == 1 and '<mi mathvariant="normal">' or "<mi>") .. letters .. "</mi>"
  end))
end

function mathml.mended(html)
  html = html:gsub("<semantics>(.-)<annotation.-</annotation></semantics>", "%1")  -- the TeX again, with its \tag
  return (html:gsub('<mstyle mathvariant="normal">(.-)</mstyle>', upright))
end

return mathml
