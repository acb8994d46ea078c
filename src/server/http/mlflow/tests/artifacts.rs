//! Files through the proxy.

use super::*;

const PROXY: &str = "/api/2.0/mlflow-artifacts/artifacts";

async fn ask(
    api: &Api,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, header::HeaderMap, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (status, headers, body) = api.raw(request.body(Body::from(body.to_owned())).unwrap()).await;
    (status.as_u16(), headers, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_put() {
    let api = Api::new().await;
    let path = format!("{PROXY}/0/r/artifacts/a%20b%23/%C3%BC%25.txt");
    assert_eq!(ask(&api, "PUT", &path.replace("%23", ""), &[], "0123456789").await.0, 200);
    let path = path.replace("%23", "");
    let (status, headers, body) = ask(&api, "GET", &path, &[], "").await;
    assert_eq!((status, body.as_str()), (200, "0123456789"));
    for (name, expected) in [
        ("content-length", "10"),
        ("content-type", "text/plain; charset=utf-8"),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "attachment; filename=\"_%.txt\"; filename*=UTF-8''%C3%BC%25%2Etxt"),
        ("content-security-policy", "sandbox; default-src 'none'"),
    ] {
        assert_eq!(headers[name], expected, "{name}");
    }
    let (tag, changed) = (headers["etag"].to_str().unwrap(), headers["last-modified"].to_str().unwrap());
    for (asked, status, range, expected) in [
        (("range", "bytes=2-4"), 206, "bytes 2-4/10", "234"),
        (("range", "bytes=-3"), 206, "bytes 7-9/10", "789"),
        (("range", "bytes=8-100"), 206, "bytes 8-9/10", "89"),
        (("range", "bytes=10-"), 416, "bytes */10", ""),
        (("range", "bytes=x"), 200, "", "0123456789"),
        (("if-none-match", tag), 304, "", ""),
        (("if-modified-since", changed), 304, "", ""),
        (("if-none-match", "\"other\""), 200, "", "0123456789"),
    ] {
        let (got, headers, body) = ask(&api, "GET", &path, &[asked], "").await;
        assert_eq!((got, body.as_str()), (status, expected), "{asked:?}");
        assert_eq!(headers.get("content-range").map_or("", |v| v.to_str().unwrap()), range, "{asked:?}");
    }
    assert_eq!(ask(&api, "HEAD", &path, &[], "").await.2, "");
    assert_eq!(ask(&api, "PUT", &path, &[], "new").await.0, 200);
    assert_eq!(ask(&api, "GET", &path, &[], "").await.2, "new");
}

#[tokio::test]
async fn folders_are_listed_by_base_name() {
    let api = Api::new().await;
    for path in ["0/r/artifacts/b.txt", "0/r/artifacts/a/c.bin", "0/r/artifacts/a.txt"] {
        assert_eq!(ask(&api, "PUT", &format!("{PROXY}/{path}"), &[], "xyz").await.0, 200);
    }
    let all = json!({"files": [
        {"path": "a", "is_dir": true},
        {"path": "a.txt", "is_dir": false, "file_size": 3},
        {"path": "b.txt", "is_dir": false, "file_size": 3},
    ]});
    for (query, expected) in [
        ("?path=0/r/artifacts", all.clone()),
        ("?path=0%2Fr%2Fartifacts%2F", all),
        ("?path=0/r/artifacts/a", json!({"files": [{"path": "c.bin", "is_dir": false, "file_size": 3}]})),
        ("?path=0/r/artifacts/a.txt", json!({})),
        ("?path=nothing", json!({})),
        ("", json!({"files": [{"path": "0", "is_dir": true}]})),
    ] {
        assert_eq!(api.get(&format!("{PROXY}{query}")).await, expected, "{query}");
    }
    assert_eq!(api.send("DELETE", &format!("{PROXY}/0/r/artifacts/a"), "").await, (StatusCode::OK, json!({})));
    assert_eq!(api.send("DELETE", &format!("{PROXY}/0/r/artifacts/a"), "").await, (StatusCode::OK, json!({})));
    assert_eq!(api.get(&format!("{PROXY}?path=0/r/artifacts/a")).await, json!({}));
}

#[tokio::test]
async fn files_of_a_run_are_found_by_the_run() {
    let api = Api::new().await;
    let run = api.run().await;
    let upload = format!("/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=plots/p.html");
    assert_eq!(ask(&api, "POST", &upload, &[], "<script>").await.0, 200);
    let root = format!("mlflow-artifacts:/0/{run}/artifacts");
    assert_eq!(
        api.get(&format!("artifacts/list?run_id={run}&path=plots")).await,
        json!({"root_uri": root, "files": [{"path": "plots/p.html", "is_dir": false, "file_size": 8}]})
    );
    assert_eq!(
        api.get(&format!("artifacts/list?run_uuid={run}")).await,
        json!({"root_uri": root, "files": [{"path": "plots", "is_dir": true}]})
    );
    let (status, headers, body) =
        ask(&api, "GET", &format!("/get-artifact?run_uuid={run}&path=plots/p.html"), &[], "").await;
    assert_eq!((status, body.as_str()), (200, "<script>"));
    assert_eq!(headers["content-disposition"], "attachment; filename=\"p.html\"");
    let too_large = "x".repeat((10 << 20) + 1);
    assert_eq!(ask(&api, "POST", &upload, &[], &too_large).await.0, 400);
    assert_eq!(
        ask(&api, "GET", &format!("/get-artifact?run_uuid={run}&path=plots/p.html"), &[], "").await.2,
        "<script>"
    );
}

#[tokio::test]
async fn no_path_leads_out() {
    let api = Api::new().await;
    let run = api.run().await;
    assert_eq!(ask(&api, "PUT", &format!("{PROXY}/0/file"), &[], "x").await.0, 200);
    for tail in [
        "../throughline.db",
        "%2e%2e/throughline.db",
        "a/%2e%2e/%2e%2e/x",
        "%252e%252e/x",
        "%2fetc/passwd",
        "..%2fthroughline.db",
        "..%5cx",
        "a%5c..%5cx",
        "a%00b",
        "a%23b",
        "C:/x",
        "file:%2f%2f/etc/passwd",
        "%ff",
        ".",
        &"a".repeat(256),
    ] {
        for (method, path) in [
            ("GET", format!("{PROXY}/{tail}")),
            ("PUT", format!("{PROXY}/{tail}")),
            ("DELETE", format!("{PROXY}/{tail}")),
            ("GET", format!("{PROXY}?path={tail}")),
            ("GET", format!("/api/2.0/mlflow/artifacts/list?run_id={run}&path={tail}")),
            ("GET", format!("/get-artifact?run_id={run}&path={tail}")),
            ("POST", format!("/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path={tail}")),
        ] {
            let (status, _, body) = ask(&api, method, &path, &[], "x").await;
            assert_eq!(status, 400, "{method} {path}: {body}");
            assert!(body.contains("INVALID_PARAMETER_VALUE"), "{method} {path}: {body}");
        }
    }
    for (method, path, status, code) in [
        ("GET", format!("{PROXY}/0/nothing"), 404, "RESOURCE_DOES_NOT_EXIST"),
        ("GET", format!("{PROXY}/0"), 400, "INVALID_PARAMETER_VALUE"),
        ("PUT", format!("{PROXY}/0/"), 400, "INVALID_PARAMETER_VALUE"),
        ("PUT", format!("{PROXY}/0"), 400, "INVALID_PARAMETER_VALUE"),
        ("PUT", format!("{PROXY}/0/file/below"), 400, "INVALID_PARAMETER_VALUE"),
        ("GET", "/api/2.0/mlflow-artifacts/presigned/x".into(), 501, "NOT_IMPLEMENTED"),
        ("GET", format!("/get-artifact?run_id={run}"), 400, "INVALID_PARAMETER_VALUE"),
        ("GET", "/get-artifact?path=x".into(), 400, "INVALID_PARAMETER_VALUE"),
        ("GET", format!("/get-artifact?run_id={}&path=x", "0".repeat(32)), 404, "RESOURCE_DOES_NOT_EXIST"),
    ] {
        let (got, _, body) = ask(&api, method, &path, &[], "x").await;
        assert_eq!(got, status, "{method} {path}: {body}");
        assert!(body.contains(code), "{method} {path}: {body}");
    }
    for act in ["create", "complete", "abort"] {
        let (status, answer) = api.send("POST", &format!("/api/2.0/mlflow-artifacts/mpu/{act}/a/b"), "{}").await;
        assert_eq!(status, 501);
        assert_eq!(answer["message"], "Multipart upload is not supported for the current artifact repository");
    }
}
