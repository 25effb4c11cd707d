npx furlong deploy --config shop.config.ts --plan
npx furlong deploy --config shop.config.ts
npx furlong call 'shop:live/book?page=5'
npx furlong deploy --config shop.config.ts
