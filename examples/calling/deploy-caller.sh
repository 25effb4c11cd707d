npx furlong deploy caller.ts --no-url --env "BOOKS_URL=$BOOKS_URL"
npx furlong grant books --to caller
echo '{"page":5}' | aws lambda invoke --function-name caller --payload fileb:///dev/stdin /dev/stdout
