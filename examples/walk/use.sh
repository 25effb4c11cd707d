eval "$(npx furlong env)"
aws sts get-caller-identity --output text
