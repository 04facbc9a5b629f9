-- The queries of queries.thal as Flink says them: a view each; of the ways to say one, the one in which Flink was the
-- quickest. {data} is filled in by flink.py.

CREATE TABLE persons (
  id BIGINT, name STRING, email STRING, credit_card STRING, city STRING, state STRING, date_time BIGINT, extra STRING,
  ts AS TO_TIMESTAMP_LTZ(date_time, 3), WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '{data}/persons');

CREATE TABLE auctions (
  id BIGINT, item STRING, description STRING, initial_bid BIGINT, reserve BIGINT, date_time BIGINT, expires BIGINT,
  seller BIGINT, category BIGINT, extra STRING,
  ts AS TO_TIMESTAMP_LTZ(date_time, 3), WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '{data}/auctions');

CREATE TABLE bids (
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, date_time BIGINT, extra STRING,
  ts AS TO_TIMESTAMP_LTZ(date_time, 3), WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '{data}/bids');

CREATE VIEW q0 AS SELECT auction, bidder, price, channel, url, date_time, extra FROM bids;

CREATE VIEW q1 AS SELECT auction, bidder, price * 89 / 100 AS price, channel, url, date_time, extra FROM bids;

CREATE VIEW q2 AS SELECT auction, price FROM bids WHERE MOD(auction, 123) = 0;

CREATE VIEW q3 AS
  SELECT name, city, state, a.id AS auction
  FROM auctions a JOIN persons p ON a.seller = p.id
  WHERE category = 10 AND state IN ('OR', 'ID', 'CA');

CREATE VIEW q4 AS
  SELECT category, SUM(price) / COUNT(*) AS average
  FROM (
    SELECT MAX(price) AS price, category
    FROM auctions a JOIN bids b ON b.auction = a.id AND b.date_time BETWEEN a.date_time AND expires
    GROUP BY a.id, category)
  GROUP BY category;

CREATE VIEW counted AS
  SELECT auction, COUNT(*) AS bids, window_start, window_end
  FROM TABLE(HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
  GROUP BY auction, window_start, window_end;

CREATE VIEW q5 AS
  SELECT auction, bids, c.window_end AS ended
  FROM counted c JOIN (
    SELECT MAX(bids) AS most, window_start, window_end FROM counted GROUP BY window_start, window_end) m
    ON c.window_start = m.window_start AND c.window_end = m.window_end AND bids >= most;

CREATE VIEW q7 AS
  SELECT auction, bidder, price, channel, url, date_time, extra
  FROM bids b JOIN (
    SELECT MAX(price) AS most, window_time AS ended
    FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND))
    GROUP BY window_start, window_end, window_time) m
    ON price = most AND b.ts BETWEEN ended - INTERVAL '9.999' SECOND AND ended;

CREATE VIEW q8 AS
  SELECT p.id, name, reserve
  FROM TABLE(TUMBLE(TABLE persons, DESCRIPTOR(ts), INTERVAL '10' SECOND)) p
  JOIN TABLE(TUMBLE(TABLE auctions, DESCRIPTOR(ts), INTERVAL '10' SECOND)) a
    ON p.id = a.seller AND p.window_start = a.window_start AND p.window_end = a.window_end;

CREATE VIEW q9 AS
  SELECT id, item, description, initial_bid, reserve, date_time, expires, seller, category, extra, bidder, price,
         bid_date_time, bid_extra
  FROM (
    SELECT a.*, bidder, price, b.date_time AS bid_date_time, b.extra AS bid_extra, ROW_NUMBER() OVER (
      PARTITION BY a.id ORDER BY price DESC, b.date_time, bidder, b.extra) AS nth
    FROM auctions a JOIN bids b ON b.auction = a.id AND b.date_time BETWEEN a.date_time AND expires)
  WHERE nth = 1;

CREATE VIEW q11 AS
  SELECT bidder, COUNT(*) AS bids, window_start AS `start`, window_end AS `end`
  FROM TABLE(SESSION(TABLE bids PARTITION BY bidder, DESCRIPTOR(ts), INTERVAL '10' SECOND))
  GROUP BY bidder, window_start, window_end;

CREATE VIEW q16 AS
  SELECT channel, CAST(window_start AS DATE) AS `day`, MAX(date_time / 60000 * 60000) AS last_minute, COUNT(*) AS bids,
         COUNT(*) FILTER (WHERE price < 10000) AS rank1_bids,
         COUNT(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids,
         COUNT(*) FILTER (WHERE price >= 1000000) AS rank3_bids,
         COUNT(DISTINCT bidder) AS bidders,
         COUNT(DISTINCT bidder) FILTER (WHERE price < 10000) AS rank1_bidders,
         COUNT(DISTINCT bidder) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bidders,
         COUNT(DISTINCT bidder) FILTER (WHERE price >= 1000000) AS rank3_bidders,
         COUNT(DISTINCT auction) AS auctions,
         COUNT(DISTINCT auction) FILTER (WHERE price < 10000) AS rank1_auctions,
         COUNT(DISTINCT auction) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_auctions,
         COUNT(DISTINCT auction) FILTER (WHERE price >= 1000000) AS rank3_auctions
  FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' DAY))
  GROUP BY channel, window_start, window_end;

CREATE VIEW q17 AS
  SELECT auction, CAST(window_start AS DATE) AS `day`, COUNT(*) AS bids,
         COUNT(*) FILTER (WHERE price < 10000) AS rank1_bids,
         COUNT(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids,
         COUNT(*) FILTER (WHERE price >= 1000000) AS rank3_bids,
         MIN(price) AS min_price, MAX(price) AS max_price, SUM(price) / COUNT(*) AS mean_price, SUM(price) AS sum_price
  FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' DAY))
  GROUP BY auction, window_start, window_end;

CREATE VIEW q18 AS
  SELECT auction, bidder, price, channel, url, date_time, extra
  FROM (
    SELECT *, ROW_NUMBER() OVER (
      PARTITION BY window_start, window_end, bidder, auction
      ORDER BY date_time DESC, price DESC, channel, url, extra) AS nth
    FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' DAY)))
  WHERE nth = 1;

CREATE VIEW q19 AS
  SELECT auction, bidder, price, channel, url, date_time, extra
  FROM (
    SELECT *, ROW_NUMBER() OVER (
      PARTITION BY window_start, window_end, auction
      ORDER BY price DESC, date_time, bidder, channel, url, extra) AS nth
    FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' DAY)))
  WHERE nth <= 10;

CREATE VIEW q20 AS
  SELECT auction, bidder, price, channel, url, b.date_time, b.extra, item, description, initial_bid, reserve,
         a.date_time AS opened, expires, seller, category, a.extra AS auction_extra
  FROM bids b JOIN auctions a ON b.auction = a.id
  WHERE category = 10;
