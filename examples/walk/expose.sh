BOOKS_URL=$(aws lambda create-function-url-config --function-name books \
  --auth-type AWS_IAM --query FunctionUrl --output text)
curl --silent --write-out ' %{http_code}\n' "${BOOKS_URL}book?page=5"
