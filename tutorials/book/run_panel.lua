-- The part of a chapter's page in which its program is run: a form of the program's flags, and room for what
-- it says. What the buttons do is in page/run.js; without scripts nothing of this is shown.
local site = require("site")

local run_panel = {}

-- What each program says of its flags: name, placeholder, help and what is expected of a value
-- (page/flags.js).
local function flags_of(chapter)
  local flags = {}
  for line in assert(site.text(site.data .. "/flags/" .. chapter), chapter):gmatch("[^\n]+") do
    local name, placeholder, help, expected = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
    table.insert(flags, {name = name, placeholder = placeholder, help = help, expected = expected})
  end
  return flags
end

-- The words that a value must be one of: "one section alone: a, b", "what to train: a, b or c (default a)".
local function choices(flag)
  local listed
  if flag.placeholder == "SECTION" then
    listed = flag.help:match(": (.*)$")
  elseif flag.expected ~= "" and flag.help:find(": " .. flag.expected, 1, true) then
    listed = flag.expected
  end
  if not listed then return nil end
  local words = {}
  for word in listed:gsub(" or ", ", "):gmatch("[^,%s]+") do table.insert(words, word) end
  return words
end

local function field(flag)
  local id, name = "flag-" .. flag.name, site.escape(flag.name)
  local label = '<label for="' .. id .. '"><code>--' .. name
                .. (flag.placeholder ~= "" and " " .. site.escape(flag.placeholder) or "")
                .. "</code></label>"
  local default = (flag.help:match("%(default ([^()]+)%)") or ""):gsub(", with %-%-quick .*", "")
  local input
  local words = flag.placeholder ~= "" and choices(flag)
  if flag.placeholder == "" then
    input = '<input type="checkbox" id="' .. id .. '" name="' .. name .. '">'
  elseif words then
    local options = {'<option value="">' .. (flag.placeholder == "SECTION" and "all sections" or default)
                     .. "</option>"}
    for _, word in ipairs(words) do
      if word ~= default then table.insert(options, "<option>" .. site.escape(word) .. "</option>") end
    end
    input = '<select id="' .. id .. '" name="' .. name .. '">' .. table.concat(options) .. "</select>"
  else
    input = '<input type="text" id="' .. id .. '" name="' .. name .. '" placeholder="' .. site.escape(default)
            .. '" autocomplete="off" spellcheck="false">'
    if flag.placeholder:match("^FILE") and not flag.help:match("^where ") then  -- not one that is written
      local ending = flag.name == "pomdp" and ".pomdp" or flag.placeholder:match("%.%a+$") or ""
      input = input .. ' <label class="button">choose<input type="file" aria-label="choose a file for --'
          .. name .. '" data-for="' .. id .. '" data-ending="' .. ending
              .. '"></label>'
      if ending ~= "" then
        input = input .. '<details><summary>or paste it</summary><textarea rows="8" spellcheck="false" data-for="' .. id
                .. '" data-ending="' .. ending .. '" aria-label="the text of the file for --' .. name
                .. '"></textarea></details>'
      end
    end
  end
  local help = flag.help
  if flag.expected ~= "" and not words then help = help .. " · " .. flag.expected end
  return '<div class="flag">' .. label .. '<div class="value">' .. input
         .. '</div><div class="help" id="help-' .. name .. '">'
         .. site.escape(help) .. "</div></div>\n"
end

-- The seconds of the front page's table: the default run of the native program.
local function native_seconds(chapter)
  return site.source("README.md"):match("%[" .. chapter:gsub("%-", "%%-") .. "%][^\n]*|%s*([%d.]+)%s*|\n")
         or ""
end

function run_panel.html(chapter, page)
  local fields, quick = {}, ""
  for _, flag in ipairs(flags_of(chapter)) do
    if flag.name == "quick" then
      quick = flag.help
    elseif flag.name ~= "help" and flag.name ~= "out" and flag.name ~= "verbose" then
      table.insert(fields, field(flag))
    end
  end
  local seconds = native_seconds(chapter)
  local long = tonumber(seconds) and tonumber(seconds) > 20
  return '<section class="run" id="run" aria-labelledby="run-title" data-chapter="' .. chapter
         .. '" data-program="'
      .. site.link(page, "run/" .. chapter .. ".js") .. '" data-seconds="' .. seconds .. '" hidden>\n'
      .. '<h2 id="run-title">Run it here</h2>\n<form>\n<p class="row"><button type="submit">Run</button>'
      .. '<button type="button" class="stop" disabled>Stop</button>'
      .. '<label><input type="checkbox" name="quick"' .. (long and " checked" or "")
          .. "> <code>--quick</code>: "
      .. site.escape(quick) .. "</label></p>\n"
      .. '<details class="flags"><summary>Flags</summary>\n' .. table.concat(fields)
          .. "</details>\n</form>\n"
      .. '<p class="command"></p>\n<p class="status" role="status"></p>\n'
      .. '<div class="doing" hidden><progress aria-label="progress"></progress><p></p></div>\n'
      .. '<details class="output" hidden><summary>What it prints</summary><pre tabindex="0" role="group" '
      .. 'aria-label="What the program prints"></pre></details>\n'
      .. '<div class="found" hidden></div>\n'
      .. "</section>\n"
end

function run_panel.head(page)
  local parts = {'<link rel="stylesheet" href="' .. site.link(page, "run/run.css") .. '">\n'}
  for _, script in ipairs{"terminal.js", "claims.js", "shown.js", "run.js"} do
    table.insert(parts, '<script defer src="' .. site.link(page, "run/" .. script) .. '"></script>\n')
  end
  return table.concat(parts)
end

return run_panel
