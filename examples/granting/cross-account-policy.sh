eval "$(npx furlong env --account 444455556666)"
aws iam put-user-policy --user-name partner --policy-name call-books --policy-document file://identity.json
eval "$(npx furlong env --account 111122223333)"
curl --silent --fail-with-body --aws-sigv4 aws:amz:us-east-1:lambda --user "$PARTNER" "${BOOKS_URL}book"
