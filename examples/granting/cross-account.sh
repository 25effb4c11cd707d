npx furlong grant books --to arn:aws:iam::444455556666:user/partner
