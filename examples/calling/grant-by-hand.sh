aws lambda add-permission --function-name books --statement-id reader-url \
  --action lambda:InvokeFunctionUrl --function-url-auth-type AWS_IAM --principal "$CALLER"
aws lambda add-permission --function-name books --statement-id reader-invoke \
  --action lambda:InvokeFunction --invoked-via-function-url --principal "$CALLER"
