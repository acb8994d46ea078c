//! The built server as a process of its own, and connections that ask it.

use super::{Fail, Options};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// The server as a child process.
pub struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    pub fn start(options: &Options, data: &Path) -> Result<Server, Fail> {
        let mut child = Command::new(&options.program)
            .args(["serve", "--port", "0", "--data"])
            .arg(data)
            .env("THROUGHLINE_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", options.program.display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line)?;
        let address = line.trim().rsplit_once("://").ok_or("the server did not say where it listens")?.1.parse()?;
        Ok(Server { child, address })
    }

    pub fn connect(&self) -> Result<Client, Fail> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        Ok(Client { stream: BufReader::with_capacity(1 << 16, stream) })
    }

    /// User and system CPU time so far.
    pub fn cpu(&self) -> Result<Duration, Fail> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat.rsplit_once(')').ok_or("no stat")?.1.split_whitespace().collect();
        let ticks = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
        // The kernel counts in hundredths of a second for all who ask.
        Ok(Duration::from_millis(ticks * 10))
    }

    /// A line of `/proc/PID/status` in MB.
    pub fn memory_mb(&self, field: &str) -> Result<f64, Fail> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)).ok_or("no such field")?;
        Ok(line.split_whitespace().next().ok_or("no number")?.parse::<f64>()? / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub const JSON: &str = "content-type: application/json\r\n";

/// A connection that asks one thing after the other.
pub struct Client {
    /// The connection itself, for what is streamed.
    pub stream: BufReader<TcpStream>,
}

/// An answer, whole.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Client {
    pub fn post(&mut self, path: &str, headers: &str, body: &[u8]) -> Result<Reply, Fail> {
        self.ask("POST", path, headers, body)
    }

    pub fn get(&mut self, path: &str, headers: &str) -> Result<Reply, Fail> {
        self.ask("GET", path, headers, b"")
    }

    pub fn ask(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Result<Reply, Fail> {
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n{headers}\r\n");
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        self.stream.get_mut().write_all(&request)?;
        let mut reply = self.head()?;
        let length = match (reply.header("content-length"), reply.status) {
            (Some(length), _) => length.parse()?,
            (None, 304) => 0,
            (None, _) => return Err("no content-length".into()),
        };
        reply.body = vec![0; length];
        self.stream.read_exact(&mut reply.body)?;
        Ok(reply)
    }

    pub fn head(&mut self) -> Result<Reply, Fail> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).ok_or("no status")?.parse()?;
        let mut headers = Vec::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        Ok(Reply { status, headers, body: Vec::new() })
    }

    pub fn json(&mut self, path: &str, body: &Value) -> Result<Value, Fail> {
        let reply = self.post(path, JSON, body.to_string().as_bytes())?;
        if reply.status != 200 {
            return Err(format!("{path}: {} {}", reply.status, String::from_utf8_lossy(&reply.body)).into());
        }
        Ok(serde_json::from_slice(&reply.body)?)
    }
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
