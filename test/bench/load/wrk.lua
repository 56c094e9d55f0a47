-- What `wrk` sends, from the files and variables that closed-loop.ts prepares, and the result as one line of JSON.
local folder = os.getenv("LOAD_FOLDER")
local requests = {}
local turn = 0

local function read(name)
  local file = assert(io.open(folder .. "/" .. name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

function init(args)
  local path = os.getenv("LOAD_PATH")
  for key in read("keys"):gmatch("[^\n]+") do
    wrk.headers["Authorization"] = "Bearer " .. key
    requests[#requests + 1] = wrk.format("GET", path, wrk.headers)
  end
  if #requests == 0 then requests[1] = wrk.format("GET", path, wrk.headers) end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('\n{"requests":%d,"failed":%d,"seconds":%.6f,"p50Ms":%.3f,"p99Ms":%.3f}\n',
    summary.requests, failed, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
