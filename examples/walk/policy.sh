aws lambda get-policy --function-name books --query Policy --output text
