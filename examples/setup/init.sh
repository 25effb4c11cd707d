npx furlong init books                  # TypeScript with Hono; --express, or --python for FastAPI and Mangum
cd books
npm install
npm test                                # four tests on a local side in the test's own process
npm run dev                             # a local side, the function books, new code on every save
