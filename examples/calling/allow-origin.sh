aws lambda update-function-url-config --function-name books --cors "AllowOrigins=$ORIGIN,\
AllowMethods=GET,POST,\
AllowHeaders=authorization,content-type,x-amz-content-sha256,x-amz-date,x-amz-security-token,\
ExposeHeaders=date,retry-after,x-amzn-errortype,\
MaxAge=600"
