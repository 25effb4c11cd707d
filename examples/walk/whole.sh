aws lambda add-permission --function-name books --statement-id reader-invoke --principal "$READER" \
  --action lambda:InvokeFunction --invoked-via-function-url --query Statement --output text
python3 call.py
