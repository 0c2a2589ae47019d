-- What a run of the chapter claimed and found, as a table at the end of the chapter.
local code = require("code")
local results = require("results")
local site = require("site")

local claims_table = {}

local function number(value, digits)
  if type(value) ~= "number" then return site.escape(tostring(value)) end
  local text = math.type(value) == "integer" and tostring(value)
      or string.format("%." .. digits .. "g", value)
  local mantissa, exponent = text:match("^(.*)e([-+]%d+)$")
  if mantissa then text = mantissa .. " · 10<sup>" .. string.format("%d", tonumber(exponent)) .. "</sup>" end
  return '<span title="' .. tostring(value) .. '">' .. text:gsub("-", "−") .. "</span>"
end

local function difference(got, expected)
  if type(got) ~= "number" or type(expected) ~= "number" then return "" end
  return number(got == expected and 0 or got - expected, 2)
end

-- The run as a sentence, and a row for each of its claims.
function claims_table.html(chapter, page, links)
  local run = results.own(chapter)
  local whose = "your own last run, in <code>out/" .. chapter .. "</code>"
  if not run or not run["claim.1"] then
    run, whose = results.committed(chapter), "the run that is committed with the chapter"
  end
  if not run or not run["claim.1"] then return nil end
  local rows = {}
  local n = 1
  while run["claim." .. n] do
    local name = "claim." .. n
    local got, expected = run[name .. ".got"], run[name .. ".expected"]
    local holds = run[name .. ".holds"] == 1
    table.insert(rows, '<tr id="claim-' .. n .. '"><td>' .. n .. "</td><td>"
        .. code.link_equations(site.escape(run[name]), page, links) .. "</td><td>" .. number(got, 7)
        .. "</td><td>"
        .. number(expected, 7) .. "</td><td>" .. difference(got, expected) .. "</td><td>"
        .. number(run[name .. ".tolerance"], 2) .. '</td><td class="' .. (holds and "holds" or "fails")
        .. '">'
        .. (holds and "✓" or "✗ failed") .. "</td></tr>\n")
    n = n + 1
  end
  local seed = run.seed and ", seed " .. tostring(run.seed) or ""
  local quick = run.quick == 1 and ", <code>--quick</code>" or ""
  local stopped = run.stopped and ", stopped " .. site.escape(run.stopped) .. ", so that claims are missing"
      or ""
  return '<section class="claims">\n<h2 id="claims-of-the-run">Claims of the run</h2>\n<p>From ' .. whose
      .. seed .. quick .. stopped .. ".</p>\n"
      .. '<div class="scroll" tabindex="0" role="region" aria-labelledby="claims-of-the-run">\n<table>\n'
      .. "<thead><tr><th>#</th><th>claim</th><th>got</th><th>expected, or bound</th><th>difference</th><th>tolerance</th>"
      .. "<th>holds</th></tr></thead>\n<tbody>\n" .. table.concat(rows)
      .. "</tbody>\n</table>\n</div>\n</section>\n"
end

return claims_table
