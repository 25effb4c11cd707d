npx furlong proxy books --listen 4000
