-- A different item and count in each request, the same sequence for each server.
local number = 0
wrk.method = "POST"
wrk.path = "/quote"
wrk.headers["Content-Type"] = "application/json"
local names = {"CU", "TE", "SC", "CA", "MU", "TR", "SP", "KE", "JA", "TI", "PL", "BO", "NA", "AP", "CL", "LA", "CH", "ST", "BA", "CA"}
local currencies = {"eur", "usd", "gbp"}

function request()
  number = number + 1
  local item = number % 160
  local body = string.format(
    '{"id":%d,"item":"%s-%03d","count":%d,"currency":"%s"}', number % 100000 + 1,
    names[math.floor(item / 8) + 1], item + 1, number % 20 + 1, currencies[number % 3 + 1])
  return wrk.format(nil, nil, nil, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "figures %f %f %d\n", summary.requests / summary.duration * 1e6, latency:percentile(99) / 1000,
    errors.status + errors.read + errors.write + errors.timeout + errors.connect))
end
