curl --silent --fail-with-body --aws-sigv4 aws:amz:us-east-1:lambda --user "$PARTNER" "${BOOKS_URL}book"
