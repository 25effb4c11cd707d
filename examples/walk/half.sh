aws lambda add-permission --function-name books --statement-id reader-url --principal "$READER" \
  --action lambda:InvokeFunctionUrl --function-url-auth-type AWS_IAM --query Statement --output text
python3 call.py
