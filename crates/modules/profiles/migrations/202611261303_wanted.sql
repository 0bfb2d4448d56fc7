-- What a whole file holds, by kind of customer: names of details, and ids of fields. No row: what comes with the product.
CREATE TABLE wanted_details (
    kind TEXT NOT NULL PRIMARY KEY,
    details TEXT NOT NULL,
    version BIGINT NOT NULL
);
