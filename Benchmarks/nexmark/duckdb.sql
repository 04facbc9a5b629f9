-- The queries of queries.thal as DuckDB says them: a view each. Times are milliseconds where the files have them so.

CREATE VIEW q0 AS SELECT * FROM bids;

CREATE VIEW q1 AS SELECT * REPLACE (price * 89 // 100 AS price) FROM bids;

CREATE VIEW q2 AS SELECT auction, price FROM bids WHERE auction % 123 = 0;

CREATE VIEW q3 AS
  SELECT name, city, state, a.id AS auction
  FROM auctions a JOIN persons p ON a.seller = p.id
  WHERE category = 10 AND state IN ('OR', 'ID', 'CA');

CREATE VIEW offers AS
  SELECT a.*, bidder, price, b.date_time AS bid_at, b.extra AS bid_extra
  FROM bids b JOIN auctions a ON b.auction = a.id
  WHERE b.date_time BETWEEN a.date_time AND a.expires;

CREATE VIEW q4 AS
  SELECT category, sum(price) // count(*) AS average
  FROM (SELECT id, category, max(price) AS price FROM offers GROUP BY id, category)
  GROUP BY category;

CREATE VIEW q5 AS
  SELECT auction, count(*) AS bids, make_timestamp(ended * 1000) AS ended
  FROM bids, LATERAL (SELECT unnest(range(date_time // 2000 * 2000 + 2000, date_time // 2000 * 2000 + 12000, 2000)) AS ended)
  GROUP BY auction, ended
  QUALIFY rank() OVER (PARTITION BY ended ORDER BY count(*) DESC) = 1;

CREATE VIEW q7 AS
  SELECT * FROM bids QUALIFY rank() OVER (PARTITION BY date_time // 10000 ORDER BY price DESC) = 1;

CREATE VIEW q8 AS
  SELECT p.id, name, reserve
  FROM persons p JOIN auctions a ON p.id = a.seller AND p.date_time // 10000 = a.date_time // 10000;

CREATE VIEW q9 AS
  SELECT * FROM offers
  QUALIFY row_number() OVER (PARTITION BY id ORDER BY price DESC, bid_at, bidder, bid_extra) = 1;

CREATE VIEW q11 AS
  WITH begun AS (
    SELECT bidder, date_time, date_time - lag(date_time, 1, -10000) OVER (PARTITION BY bidder ORDER BY date_time) >= 10000 AS begins FROM bids
  ), numbered AS (
    SELECT bidder, date_time, count(*) FILTER (begins) OVER (PARTITION BY bidder ORDER BY date_time) AS number FROM begun
  )
  SELECT bidder, count(*) AS bids, make_timestamp(min(date_time) * 1000) AS start,
         make_timestamp(max(date_time) * 1000 + 10000000) AS "end"
  FROM numbered GROUP BY bidder, number;

CREATE VIEW ranked AS
  SELECT *, CASE WHEN price < 10000 THEN 1 WHEN price < 1000000 THEN 2 ELSE 3 END AS rank,
         make_timestamp(date_time * 1000)::DATE AS day
  FROM bids;

CREATE VIEW q16 AS
  SELECT channel, day, max(date_time // 60000 * 60000) AS last_minute, count(*) AS bids,
         count(*) FILTER (rank = 1) AS rank1_bids,
         count(*) FILTER (rank = 2) AS rank2_bids,
         count(*) FILTER (rank = 3) AS rank3_bids,
         count(DISTINCT bidder) AS bidders,
         count(DISTINCT bidder) FILTER (rank = 1) AS rank1_bidders,
         count(DISTINCT bidder) FILTER (rank = 2) AS rank2_bidders,
         count(DISTINCT bidder) FILTER (rank = 3) AS rank3_bidders,
         count(DISTINCT auction) AS auctions,
         count(DISTINCT auction) FILTER (rank = 1) AS rank1_auctions,
         count(DISTINCT auction) FILTER (rank = 2) AS rank2_auctions,
         count(DISTINCT auction) FILTER (rank = 3) AS rank3_auctions
  FROM ranked GROUP BY channel, day;

CREATE VIEW q17 AS
  SELECT auction, day, count(*) AS bids,
         count(*) FILTER (rank = 1) AS rank1_bids,
         count(*) FILTER (rank = 2) AS rank2_bids,
         count(*) FILTER (rank = 3) AS rank3_bids,
         min(price) AS min_price, max(price) AS max_price, sum(price) // count(*) AS mean_price,
         sum(price) AS sum_price
  FROM ranked GROUP BY auction, day;

CREATE VIEW q18 AS
  SELECT * FROM bids
  QUALIFY row_number() OVER (
    PARTITION BY bidder, auction, date_time // 86400000 ORDER BY date_time DESC, price DESC, channel, url, extra) = 1;

CREATE VIEW q19 AS
  SELECT * FROM bids
  QUALIFY row_number() OVER (
    PARTITION BY auction, date_time // 86400000 ORDER BY price DESC, date_time, bidder, channel, url, extra) <= 10;

CREATE VIEW q20 AS
  SELECT b.*, item, description, initial_bid, reserve, a.date_time AS opened, expires, seller, category,
         a.extra AS auction_extra
  FROM bids b JOIN auctions a ON b.auction = a.id
  WHERE category = 10;
