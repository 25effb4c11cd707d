BOOKS_URL=$(aws lambda get-function-url-config --function-name books --query FunctionUrl --output text)
curl --silent --verbose --aws-sigv4 aws:amz:us-east-1:execute-api \
  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "${BOOKS_URL}book" > refused.txt 2>&1
npx furlong explain --from refused.txt
