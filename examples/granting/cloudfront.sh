npx furlong grant books --to arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE
