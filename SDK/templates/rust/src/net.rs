// SPDX-License-Identifier: 0BSD
//! TCP that heeds the call's cancellation and deadline.

use crate::call::{Call, Failure, POLLIN, POLLOUT};
use crate::ffi;
use std::io::{Error, ErrorKind, Read, Write};
use std::mem::size_of_val;
use std::net::{IpAddr, Ipv6Addr, TcpStream};
use std::os::raw::{c_char, c_int, c_void};
use std::os::unix::io::{AsRawFd, FromRawFd};

#[repr(C)]
struct SockaddrIn {
    family: u16,
    port: u16,
    address: [u8; 4],
    zero: [u8; 8],
}

#[repr(C)]
struct SockaddrIn6 {
    family: u16,
    port: u16,
    flow: u32,
    address: [u8; 16],
    scope: u32,
}

extern "C" {
    fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn connect(fd: c_int, address: *const c_void, length: u32) -> c_int;
    fn if_nametoindex(name: *const c_char) -> u32;
}

// Of Linux on x86-64, AArch64, RISC-V and LoongArch; MIPS has others.
#[cfg(any(target_arch = "mips", target_arch = "mips64"))]
compile_error!("put MIPS's SOCK_STREAM, SOCK_NONBLOCK and EINPROGRESS here");
const AF_INET: c_int = 2;
const AF_INET6: c_int = 10;
const SOCK_STREAM: c_int = 1;
const SOCK_NONBLOCK: c_int = 0o4000;
const SOCK_CLOEXEC: c_int = 0o2000000;
const EINPROGRESS: i32 = 115;

fn gone(error: &Error) -> Failure {
    Failure {
        code: error.raw_os_error().unwrap_or(0),
        ..Failure::new(ffi::UNREACHABLE, format!("no connection: {}", error))
    }
    .with(ffi::RETRYABLE)
}

/// An IPv6 address may end in `%` and a network interface.
fn scoped(host: &str) -> Option<(Ipv6Addr, u32)> {
    let (address, zone) = match host.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (host, None),
    };
    let scope = match zone {
        None => 0,
        Some(zone) => zone.parse().ok().or_else(|| {
            let name = std::ffi::CString::new(zone).ok()?;
            Some(unsafe { if_nametoindex(name.as_ptr()) }).filter(|index| *index != 0)
        })?,
    };
    Some((address.parse().ok()?, scope))
}

/// Connects to a numeric IPv4 or IPv6 address. Names are not looked up, because looking up can neither be cancelled nor
/// bounded in time.
pub fn open(call: &Call, host: &str, port: u16) -> Result<TcpStream, Failure> {
    call.check()?;
    let (family, port) = (if host.contains(':') { AF_INET6 } else { AF_INET }, port.to_be());
    let v4 = host.parse::<IpAddr>().ok().and_then(|address| match address {
        IpAddr::V4(address) => Some(address.octets()),
        IpAddr::V6(_) => None,
    });
    let v6 = scoped(host);
    if v4.is_none() && v6.is_none() {
        return Err(Failure::new(ffi::UNREACHABLE, "the host is no IPv4 or IPv6 address"));
    }
    let fd = unsafe { socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) };
    if fd < 0 {
        return Err(Failure::new(ffi::INTERNAL, "no socket could be made"));
    }
    let stream = unsafe { TcpStream::from_raw_fd(fd) };
    let done = if let Some(address) = v4 {
        let raw = SockaddrIn { family: family as u16, port, address, zero: [0; 8] };
        unsafe { connect(fd, &raw as *const _ as *const c_void, size_of_val(&raw) as u32) }
    } else {
        let (address, scope) = v6.unwrap_or((Ipv6Addr::UNSPECIFIED, 0));
        let raw = SockaddrIn6 { family: family as u16, port, flow: 0, address: address.octets(), scope };
        unsafe { connect(fd, &raw as *const _ as *const c_void, size_of_val(&raw) as u32) }
    };
    if done != 0 {
        let error = Error::last_os_error();
        if error.raw_os_error() != Some(EINPROGRESS) {
            return Err(gone(&error));
        }
    }
    call.wait(fd, POLLOUT)?;
    match stream.take_error() {
        Ok(None) => Ok(stream),
        Ok(Some(error)) | Err(error) => Err(gone(&error)),
    }
}

/// Sends all bytes.
pub fn send(call: &Call, mut stream: &TcpStream, mut bytes: &[u8]) -> Result<(), Failure> {
    while !bytes.is_empty() {
        call.wait(stream.as_raw_fd(), POLLOUT)?;
        match stream.write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) => return Err(gone(&error)),
        }
    }
    Ok(())
}

/// Receives one line of printable ASCII and tabs, without its newline, of at most `limit` bytes with it. It must be the
/// last thing the peer sent.
pub fn receive_line(call: &Call, mut stream: &TcpStream, limit: usize) -> Result<String, Failure> {
    let mut line = Vec::with_capacity(limit);
    let mut buffer = [0; 512];
    loop {
        call.wait(stream.as_raw_fd(), POLLIN)?;
        let count = match stream.read(&mut buffer) {
            Ok(0) if line.is_empty() => {
                return Err(Failure::new(ffi::UNREACHABLE, "the peer ended the connection").with(ffi::RETRYABLE))
            }
            Ok(0) => return Err(Failure::new(ffi::PROTOCOL, "the answer ends half-way")),
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => continue,
            Err(error) => return Err(gone(&error)),
        };
        line.extend_from_slice(&buffer[..count]);
        let ended = line.last() == Some(&b'\n');
        let text = &line[..line.len() - ended as usize];
        if text.iter().any(|byte| !matches!(byte, b'\t' | 0x20..=0x7E)) {
            return Err(Failure::new(ffi::PROTOCOL, "the answer is no line of text"));
        }
        if line.len() > limit || (line.len() == limit && !ended) {
            return Err(Failure::new(ffi::PROTOCOL, "the answer is too long"));
        }
        if ended {
            return Ok(String::from_utf8_lossy(text).into_owned());
        }
    }
}

/// Whether nothing has happened on an idle connection: the peer has neither ended it nor sent what nobody asked for.
pub fn is_idle(stream: &TcpStream) -> bool {
    matches!(stream.peek(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock)
}
