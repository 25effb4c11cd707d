aws lambda add-permission --function-name books --statement-id old --principal 444455556666 \
  --action lambda:InvokeFunctionUrl --function-url-auth-type AWS_IAM --query Statement --output text
