-- The report of Examples/flights, as DuckDB says it. {data}, {period} and {out} are filled in by flights.py.
CREATE TEMP TABLE departures AS
  SELECT a.name AS airline,
         CASE WHEN w.origin IS NULL THEN 'unknown'
              WHEN w.precip > 0 THEN 'rain'
              WHEN w.visib < 5 THEN 'mist'
              WHEN coalesce(w.wind_speed, 0) > 20 THEN 'windy'
              ELSE 'fair' END AS sky,
         f.dep_delay AS delay
  FROM read_csv('{data}/flights-{period}.csv', nullstr = 'NA') f
  LEFT JOIN read_csv('{data}/weather-{period}.csv', nullstr = 'NA') w
    ON f.origin = w.origin AND f.time_hour = w.time_hour
  JOIN read_csv('{data}/airlines.csv') a ON a.carrier = f.carrier;

COPY (
  SELECT airline, count(*) AS flights, count(*) FILTER (delay IS NULL) AS cancelled,
         round(avg(delay), 1) AS mean_delay, quantile_disc(delay, 0.9) AS p90_delay,
         round(count(*) FILTER (coalesce(delay, 0) > 15)::DOUBLE / count(*), 3) AS late_share
  FROM departures GROUP BY airline ORDER BY mean_delay DESC, airline
) TO '{out}/airlines-{period}.csv';

COPY (
  SELECT sky, count(*) AS flights, count(*) FILTER (delay IS NULL) AS cancelled,
         round(avg(delay), 1) AS mean_delay, max(delay) AS worst_delay
  FROM departures GROUP BY sky ORDER BY list_position(['fair', 'windy', 'mist', 'rain', 'unknown'], sky)
) TO '{out}/sky-{period}.csv';
