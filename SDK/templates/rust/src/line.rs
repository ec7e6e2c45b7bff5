// SPDX-License-Identifier: 0BSD
//! A session with a BMC that speaks Ingot's line protocol. In a driver of your own, your protocol stands here.

use crate::call::{Call, Failure, Wiped};
use crate::{ffi, net};
use std::net::TcpStream;

/// Longest line, its newline included.
const LONGEST: usize = 512;

pub struct Session {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub stream: Option<TcpStream>,
}

/// What an error line means for the host.
fn refused(line: &str) -> Failure {
    let text = line.strip_prefix("error ").unwrap_or("");
    let (code, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (status, flags) = match code {
        "denied" | "locked" => (ffi::AUTH, 0),
        "forbidden" => (ffi::FORBIDDEN, 0),
        "state" => (ffi::STATE, 0),
        "badarg" | "unknown" => (ffi::UNSUPPORTED, 0),
        "expired" => (ffi::STATE, ffi::SESSION_LOST | ffi::RETRYABLE),
        "busy" => {
            let wait = rest.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
            return Failure { retry_after_ms: wait, ..Failure::new(ffi::BUSY, text) }.with(ffi::RETRYABLE);
        }
        _ => return Failure::new(ffi::PROTOCOL, "the answer is neither ok nor an error of the line protocol"),
    };
    Failure::new(status, text).with(flags)
}

/// What follows `ok`; None for any other line.
fn value(line: &str) -> Option<&str> {
    line.strip_prefix("ok ").or(if line == "ok" { Some("") } else { None })
}

/// Sends a line and receives its answer.
fn exchange(call: &Call, stream: &TcpStream, line: &[u8], wire: u32) -> Result<String, Failure> {
    call.wire(false, line, wire); // before it leaves, never after
    net::send(call, stream, line)?;
    let answer = net::receive_line(call, stream, LONGEST)?;
    call.wire(true, answer.as_bytes(), 0);
    Ok(answer)
}

impl Session {
    fn begin(&self, call: &Call) -> Result<TcpStream, Failure> {
        let stream = net::open(call, &self.host, self.port)?;
        if net::receive_line(call, &stream, LONGEST)? != "ingot-line 1" {
            return Err(Failure::new(ffi::PROTOCOL, "this is no BMC of the line protocol, version 1"));
        }
        let password =
            call.secret("password").ok_or_else(|| Failure::field("$.password", "the password is missing"))?;
        if password.0.is_empty() || password.0.len() > 64 || password.0.iter().any(|byte| !(0x20..=0x7E).contains(byte))
        {
            return Err(Failure::field("$.password", "the password is not 1 to 64 bytes of printable ASCII"));
        }
        let mut request = Wiped(Vec::with_capacity(LONGEST));
        for part in [b"login ", self.user.as_bytes(), b" ", &password.0, b"\n"] {
            request.0.extend_from_slice(part);
        }
        let answer = exchange(call, &stream, &request.0, ffi::WIRE_SENSITIVE)?;
        value(&answer).map(|_| ()).ok_or_else(|| refused(&answer))?;
        Ok(stream)
    }

    /// Asks, within a session that is begun or begun anew when needed; the value is what follows `ok`.
    pub fn ask(&mut self, call: &Call, request: &str, changes: bool) -> Result<String, Failure> {
        let line = format!("{}\n", request);
        let mut again = true;
        loop {
            call.check()?;
            // Kept again below only if all goes well, or a late answer would be taken for the next one.
            let stream = match self.stream.take() {
                Some(stream) if net::is_idle(&stream) => stream,
                _ => self.begin(call)?,
            };
            let failure = match exchange(call, &stream, line.as_bytes(), 0) {
                Ok(answer) if answer.starts_with("error expired") => refused(&answer),
                Ok(answer) => {
                    self.stream = Some(stream);
                    let maybe = |refusal: Failure| match (refusal.status, changes) {
                        (ffi::PROTOCOL, true) => refusal.with(ffi::MAYBE_APPLIED),
                        _ => refusal,
                    };
                    return value(&answer).map(String::from).ok_or_else(|| maybe(refused(&answer)));
                }
                Err(failure) if changes => return Err(failure.with(ffi::MAYBE_APPLIED)),
                Err(failure) if failure.status == ffi::UNREACHABLE => failure,
                Err(failure) => return Err(failure),
            };
            // A session that has ended by itself is begun once more. What changes something is not repeated, unless
            // the BMC has said that it did not do it.
            if !again {
                return Err(failure);
            }
            again = false;
        }
    }
}
