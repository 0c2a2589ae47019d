-- Numbers of the text that a run produced: `0.912<!--=recurrent.memory_score-->`. Where the reader has run the chapter,
-- the book shows the reader's number, with as many digits as the text has.
local results = require("results")

local bound_numbers = {}

local minus = "−"
local decimal = "%d[%d,]*%.?%d*"

-- The last number of `text`: what is before it, its sign, digits, exponent (or nil), and what is after it.
local function last_number(text)
  local flat = text:gsub(minus, "-")
  local first, last, at = nil, nil, 1
  while true do
    local from, to = flat:find(decimal, at)
    if not from then break end
    -- the 10 and the power of "4.4 \cdot 10^{-16}" belong to the number before them
    local _, power = flat:find("^%s*\\cdot%s*10%^{?-?%d+}?", to + 1)
    if not power then _, power = flat:find("^%s*\\times%s*10%^{?-?%d+}?", to + 1) end
    first, last = from, power or to
    at = last + 1
  end
  if not first then return nil end
  local sign = flat:sub(first - 1, first - 1)
  if sign ~= "-" and sign ~= "+" then sign = "" end
  local number = flat:sub(first, last)
  return flat:sub(1, first - 1 - #sign), sign, number:match("^" .. decimal), number:match("\\.*$"), flat:sub(last + 1)
end

local function grouped(digits, like)
  if not like:find(",%d%d%d") then return digits end
  local whole, rest = digits:match("^(%d+)(.*)$")
  whole = whole:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return whole .. rest
end

-- `value` written like the last number of `text`, or nil when that is how it is written already.
function bound_numbers.rewritten(text, value, in_math)
  local before, sign, digits, exponent, after = last_number(text)
  if not before then return nil end
  local decimals = #(digits:match("%.(%d*)$") or "")
  local power = ""
  local shown = math.abs(value)
  if exponent then
    local e = shown > 0 and math.floor(math.log(shown, 10)) or 0
    if tonumber(string.format("%." .. decimals .. "f", shown / 10.0 ^ e)) >= 10 then e = e + 1 end
    shown = shown / 10.0 ^ e
    power = exponent:gsub("10.*$", "") .. "10^{" .. string.format("%d", e) .. "}"
  end
  local new = grouped(string.format("%." .. decimals .. "f", shown), digits)
  local new_sign = value < 0 and "-" or (sign == "+" and "+" or "")
  if new == digits and (new_sign == sign) and (not exponent or power:gsub("[{}]", "") == exponent:gsub("[{}]", "")) then
    return nil
  end
  local whole = before .. new_sign .. new .. power .. after
  return in_math and whole or (whole:gsub("-(%d)", minus .. "%1"))
end

-- The entry that a comment names: `<!--=name-->` or `<!--=../NN-name/results.json:name-->`.
function bound_numbers.value(comment, chapter, source)
  local name = comment:match("^<!%-%-=%s*(.-)%s*%-%->$")
  if not name or name == "" then return nil end
  local other, its = name:match("([%w-]+)/results%.json:(.+)$")
  local run = source(other or chapter)
  local value = run and run[its or name]
  return type(value) == "number" and value or nil
end

local marked = pandoc.Attr("", {"own"}, {})

-- The inlines of a paragraph, numbers replaced; the comments go.
function bound_numbers.replace(inlines, chapter)
  local out = pandoc.List{}
  for _, inline in ipairs(inlines) do
    local comment = inline.t == "RawInline" and inline.text:match("^<!%-%-=.*%-%->$")
    if not comment then
      out:insert(inline)
    else
      local value = bound_numbers.value(comment, chapter, results.own)
      local last = #out
      local percent = false
      if value and last > 0 and out[last].t == "Str" and out[last].text == "%" then
        percent, last = true, last - 1
        if last > 0 and (out[last].t == "Space" or out[last].t == "SoftBreak") then last = last - 1 end
      end
      local holder = value and out[last]
      while holder and holder.content and #holder.content > 0 do holder = holder.content[#holder.content] end
      if holder and holder.text then
        if holder.t == "Str" and holder.text:match("%%$") then percent = true end
        local new = bound_numbers.rewritten(holder.text, percent and value * 100 or value, holder.t == "Math")
        if new then
          local attr = marked:clone()
          attr.attributes.title = "committed with the chapter: " .. (holder.t == "Math" and "$" .. holder.text .. "$" or holder.text)
          holder.text = new
          out[last] = pandoc.Span({out[last]}, attr)
        end
      end
    end
  end
  return out
end

return bound_numbers
