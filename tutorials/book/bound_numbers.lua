-- Numbers of the text that a run produced: `0.912<!--=recurrent.memory_score-->`. Where the reader has run
-- the chapter, the book shows the reader's number, with as many digits as the text has.
local results = require("results")

local bound_numbers = {}

local minus = "−"

-- Where a power of ten that belongs to the number before byte `at` ends, and its exponent; nil without one.
local function power_of_ten(text, at)
  for _, times in ipairs{"\\cdot", "\\times", "·", "×"} do
    local _, last, exponent = text:find("^%s*" .. times .. "%s*10%^{?(%-?%d+)}?", at)
    if last then return last, exponent end
  end
  local _, last, exponent = text:find("^e(%-?%d+)", at)
  return last, exponent
end

-- The last number of `text`: what is before it, its sign, digits, power of ten, exponent, and what is after
-- it.
local function last_number(text)
  local flat = text:gsub(minus, "-")
  local found, at = nil, 1
  while true do
    local first, last = flat:find("%d+", at)
    if not first then return found end
    local _, group = flat:find("^%.%d+", last + 1)
    last = group or last
    while not group and last - first < 3 and flat:find("^ %d%d%d", last + 1) do last = last + 4 end
    local power, exponent = power_of_ten(flat, last + 1)
    local sign = flat:sub(first - 1, first - 1):match("[-+]") or ""
    found = {before = flat:sub(1, first - 1 - #sign), sign = sign, digits = flat:sub(first, last),
             power = power and flat:sub(last + 1, power) or "", exponent = exponent,
             after = flat:sub((power or last) + 1)}
    at = (power or last) + 1
  end
end

local function grouped(digits)
  local whole, rest = digits:match("^(%d+)(.*)$")
  return (whole:reverse():gsub("(%d%d%d)", "%1 "):reverse():gsub("^ ", "")) .. rest
end

-- `value` written like the last number of `text`, or nil when that is how it is written already.
function bound_numbers.rewritten(text, value, in_math)
  local like = last_number(text)
  if not like then return nil end
  local format = "%." .. #(like.digits:match("%.(%d*)$") or "") .. "f"
  local shown, power = math.abs(value), like.power
  if like.exponent and shown > 0 then
    local mantissa, exponent = string.format(format:gsub("f", "e"), shown):match("^(.*)e([-+]%d+)$")
    shown = tonumber(mantissa)
    exponent = tonumber(exponent)
    power = power:gsub("(10%^?{?)%-?%d+", "%1" .. exponent):gsub("^e%-?%d+", "e" .. exponent)
  end
  local digits = string.format(format, shown)
  local negative = value < 0 and digits:find("[1-9]")
  if like.digits:find(" ") then digits = grouped(digits) end
  local sign = negative and "-" or like.sign == "+" and "+" or ""
  if digits == like.digits and sign == like.sign and power == like.power then return nil end
  local whole = like.before .. sign .. digits .. power .. like.after
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

-- The innermost inline that ends what is before a comment.
local function last_text(inline)
  while inline and inline.content and #inline.content > 0 do inline = inline.content[#inline.content] end
  return inline and inline.text and inline or nil
end

-- Where the page can run the chapter: the entry, and the committed number as page/shown.js reads it.
local function for_runs(inlines, holder, name, percent)
  local like = last_number(holder.text)
  if not like then return end
  local attr = pandoc.Attr("", {"result"}, {["data-name"] = name, ["data-like"] = like.sign .. like.digits
                           .. (like.exponent and "e" .. like.exponent or "")})
  if percent then attr.attributes["data-percent"] = "yes" end
  inlines[#inlines] = pandoc.Span({inlines[#inlines]}, attr)
end

-- The inlines of a paragraph, numbers replaced; the comments go. `runs` says that they are to be found again.
function bound_numbers.replace(inlines, chapter, runs)
  local out = pandoc.List{}
  for _, inline in ipairs(inlines) do
    local comment = inline.t == "RawInline" and inline.text:match("^<!%-%-=.*%-%->$")
    if not comment then
      out:insert(inline)
    else
      local value = bound_numbers.value(comment, chapter, results.own)
      local name = runs and bound_numbers.value(comment, chapter, results.committed)
                   and comment:match("^<!%-%-=%s*([^:]-)%s*%-%->$")
      local last = #out
      local percent = false
      if (value or name) and last > 0 and out[last].t == "Str" and out[last].text == "%" then
        percent, last = true, last - 1
        if last > 0 and (out[last].t == "Space" or out[last].t == "SoftBreak") then last = last - 1 end
      end
      -- "100 701" are two words to pandoc
      while (value or name) and last > 2 and out[last].t == "Str" and out[last].text:match("^%d%d%d$")
            and out[last - 1].t == "Space" and out[last - 2].t == "Str"
            and out[last - 2].text:match("%f[%d]%d%d?%d?$") do
        out[last - 2].text = out[last - 2].text .. " " .. out[last].text
        out:remove(last)
        out:remove(last - 1)
        last = last - 2
      end
      local holder = (value or name) and last_text(out[last])
      if holder and holder.t == "Str" and holder.text:match("%%$") then percent = true end
      local new = holder and value
                  and bound_numbers.rewritten(holder.text, percent and value * 100 or value,
                                              holder.t == "Math")
      if new then
        local attr = marked:clone()
        attr.attributes.title = "committed with the chapter: "
            .. (holder.t == "Math" and "$" .. holder.text .. "$" or holder.text)
        holder.text = new
        out[last] = pandoc.Span({out[last]}, attr)
      elseif holder and name and last == #out then
        for_runs(out, holder, name, percent)
      end
    end
  end
  return out
end

return bound_numbers
