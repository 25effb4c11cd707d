npx furlong doctor --all
npx furlong grant books --upgrade
