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
  local method, path, contentType = os.getenv("LOAD_METHOD"), os.getenv("LOAD_PATH"), os.getenv("LOAD_CONTENT_TYPE")
  local body = nil
  if contentType ~= "" then
    wrk.headers["Content-Type"] = contentType
    body = read("body")
  end
  for key in read("keys"):gmatch("[^\n]+") do
    wrk.headers["Authorization"] = "Bearer " .. key
    requests[#requests + 1] = wrk.format(method, path, wrk.headers, body)
  end
  if #requests == 0 then requests[1] = wrk.format(method, path, wrk.headers, body) end
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
