-- Asks for the same page as one customer after another. The file says: what is accepted, the body
-- (empty: GET) with NUMBER in it, and then a line a customer: path, cookie, number.

local requests, turn = {}, 0

function init(args)
  local file = assert(io.open(args[1]))
  local accept, body = file:read("*l"), file:read("*l")
  for line in file:lines() do
    local path, cookie, number = line:match("^(.-)\t(.-)\t(.-)$")
    local headers = { ["Accept"] = accept, ["Cookie"] = cookie }
    if body == "" then
      requests[#requests + 1] = wrk.format("GET", path, headers)
    else
      headers["Content-Type"] = "application/json"
      requests[#requests + 1] = wrk.format("POST", path, headers, (body:gsub("NUMBER", number)))
    end
  end
  file:close()
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '{"requests": %d, "failed": %d, "seconds": %.4f, "p50": %.3f, "p95": %.3f, "p99": %.3f}\n',
    summary.requests, failed, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
