import json


def handler(event, context):
    path, query = event["rawPath"], event.get("queryStringParameters", {})
    if path != "/book":
        return {"statusCode": 404, "body": json.dumps({"message": f"no page {path}"})}
    caller = event["requestContext"]["authorizer"]["iam"]["userArn"]
    return {"statusCode": 200, "body": json.dumps({"page": int(query["page"]), "calledBy": caller})}
