//! A server on this machine that speaks as much HTTP as a forge's API needs.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// With the query.
    pub path: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Asked {
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.headers["content-type"], "application/json");
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What goes back.
#[derive(Debug, Clone)]
pub enum Answer {
    Says {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// Nothing, while the connection stays open.
    Nothing,
}

impl Answer {
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self::Says { status, headers: Vec::new(), body: body.into() }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        if let Self::Says { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_string()));
        }
        self
    }
}

/// A forge that answers what it should.
pub trait Forge: Send + 'static {
    /// `base` is the address of this server.
    fn answer(&mut self, base: &str, asked: &Asked) -> Answer;
}

/// A failure that comes instead of an answer, or after what was asked was done all the same.
#[derive(Debug, Clone)]
pub enum Trouble {
    Instead(Answer),
    After(Answer),
}

struct State<F> {
    forge: F,
    troubles: VecDeque<Option<Trouble>>,
    asked: Vec<Asked>,
}

/// A forge at an address.
pub struct Server<F> {
    pub address: String,
    state: Arc<Mutex<State<F>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl<F: Forge> Server<F> {
    /// The first requests meet the `troubles`, one each; `None` is an ordinary answer.
    pub fn start(forge: F, troubles: Vec<Option<Trouble>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = State { forge, troubles: troubles.into(), asked: Vec::new() };
        let (state, over) = (Arc::new(Mutex::new(state)), Arc::new(AtomicBool::new(false)));
        let (shared, base, stop) = (Arc::clone(&state), address.clone(), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            // What is not answered stays open until the end.
            let mut open = Vec::new();
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let mut stream = stream.unwrap();
                let Some(asked) = read(&mut stream) else { continue };
                let mut state = shared.lock().unwrap();
                state.asked.push(asked.clone());
                let answer = match state.troubles.pop_front().flatten() {
                    Some(Trouble::Instead(answer)) => answer,
                    Some(Trouble::After(answer)) => {
                        state.forge.answer(&base, &asked);
                        answer
                    }
                    None => state.forge.answer(&base, &asked),
                };
                match answer {
                    Answer::Nothing => open.push(stream),
                    Answer::Says { status, headers, body } => {
                        write(&mut stream, status, &headers, &body);
                    }
                }
            }
        });
        Self { address, state, over, thread: Some(thread) }
    }

    /// What was asked, a line each.
    pub fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.iter().map(Asked::line).collect()
    }

    /// Looks at the forge.
    pub fn forge<T>(&self, look: impl FnOnce(&mut F) -> T) -> T {
        look(&mut self.state.lock().unwrap().forge)
    }
}

impl<F> Drop for Server<F> {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes it up.
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
        let ended = self.thread.take().map(JoinHandle::join);
        // What the forge asserted in its thread fails the test.
        if !std::thread::panicking() {
            ended.unwrap().unwrap();
        }
    }
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, path, headers, body: String::from_utf8(body).unwrap() })
}

fn write(stream: &mut TcpStream, status: u16, headers: &[(String, String)], body: &str) {
    let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("connection: close\r\n\r\n");
    // Whoever gave up reads no more.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}
