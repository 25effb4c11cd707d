aws lambda add-permission --function-name books --statement-id cloudfront-url \
  --action lambda:InvokeFunctionUrl --function-url-auth-type AWS_IAM \
  --principal cloudfront.amazonaws.com --source-arn "$DISTRIBUTION"
aws lambda add-permission --function-name books --statement-id cloudfront-invoke \
  --action lambda:InvokeFunction --invoked-via-function-url \
  --principal cloudfront.amazonaws.com --source-arn "$DISTRIBUTION"
