// SPDX-License-Identifier: 0BSD
//! The call object, safely: why a call fails, when it must end, and the ways to answer.

use crate::ffi;
use std::ffi::CString;
use std::os::raw::{c_char, c_int, c_short, c_void};
use std::os::unix::io::RawFd;
use std::ptr;
use std::sync::atomic::{compiler_fence, Ordering};

/// Why a call fails; becomes an `ingot_error` at the boundary.
#[derive(Debug)]
pub struct Failure {
    pub status: ffi::Status,
    pub flags: u32,
    pub code: i32,
    pub retry_after_ms: u32,
    /// One line for a person, without secrets.
    pub message: String,
    /// The member of the configuration that is to blame, such as `$.port`.
    pub field: Option<&'static str>,
}

impl Failure {
    pub fn new(status: ffi::Status, message: impl Into<String>) -> Failure {
        Failure { status, flags: 0, code: 0, retry_after_ms: 0, message: message.into(), field: None }
    }

    pub fn field(field: &'static str, message: &str) -> Failure {
        Failure { field: Some(field), ..Failure::new(ffi::INVALID, message) }
    }

    /// The same with further `ffi::RETRYABLE` and so on.
    pub fn with(mut self, flags: u32) -> Failure {
        self.flags |= flags;
        self
    }
}

/// One call of the host. It cannot outlive the function it was lent to.
pub struct Call<'a> {
    raw: &'a ffi::Call,
}

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: c_short,
    revents: c_short,
}

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn poll(fds: *mut PollFd, count: u64, timeout: c_int) -> c_int;
    fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
}

pub const POLLIN: i16 = 1;
pub const POLLOUT: i16 = 4;
const CLOCK_MONOTONIC: c_int = 1;

impl<'a> Call<'a> {
    /// # Safety
    /// `raw` is the call object of the function that runs, and the result is not kept beyond it.
    pub unsafe fn lent(raw: *const ffi::Call) -> Call<'a> {
        Call { raw: &*raw }
    }

    /// Milliseconds until the deadline, rounded up; 0 once it has passed.
    fn remaining(&self) -> c_int {
        let mut now = Timespec { seconds: 0, nanoseconds: 0 };
        unsafe { clock_gettime(CLOCK_MONOTONIC, &mut now) };
        let now = now.seconds as u64 * 1_000_000_000 + now.nanoseconds as u64;
        let left = self.raw.deadline_ns.saturating_sub(now);
        ((left + 999_999) / 1_000_000).min(3_600_000) as c_int
    }

    /// Ok while the call may go on; otherwise TIMEOUT or CANCELLED.
    pub fn check(&self) -> Result<(), Failure> {
        if unsafe { (self.raw.cancelled)(self.raw) } == 0 {
            return Ok(());
        }
        Err(match self.remaining() {
            0 => Failure::new(ffi::TIMEOUT, "the deadline passed"),
            _ => Failure::new(ffi::CANCELLED, "the call was cancelled"),
        }
        .with(ffi::RETRYABLE))
    }

    /// Waits until `fd` is ready for `events` or has failed; otherwise TIMEOUT or CANCELLED.
    pub fn wait(&self, fd: RawFd, events: i16) -> Result<(), Failure> {
        loop {
            self.check()?;
            let mut set =
                [PollFd { fd, events, revents: 0 }, PollFd { fd: self.raw.cancel_fd, events: POLLIN, revents: 0 }];
            let ready = unsafe { poll(set.as_mut_ptr(), 2, self.remaining()) };
            if ready > 0 && set[0].revents != 0 && set[1].revents == 0 {
                return Ok(());
            }
        }
    }

    /// Lets some time pass; TIMEOUT or CANCELLED when the call must end before.
    #[allow(dead_code)]
    pub fn pause(&self, time: std::time::Duration) -> Result<(), Failure> {
        let end = std::time::Instant::now() + time;
        loop {
            self.check()?;
            let left = end.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            let mut cancel = [PollFd { fd: self.raw.cancel_fd, events: POLLIN, revents: 0 }];
            unsafe { poll(cancel.as_mut_ptr(), 1, left.as_millis().min(1000) as c_int + 1) };
        }
    }

    /// The secret of that name; None when there is none or it is longer than 256 bytes.
    pub fn secret(&self, name: &str) -> Option<Wiped> {
        let name = CString::new(name).ok()?;
        let mut secret = Wiped(vec![0; 256]);
        let mut length = 0;
        let status = unsafe {
            let buffer = secret.0.as_mut_ptr() as *mut c_char;
            (self.raw.secret)(self.raw, name.as_ptr(), buffer, secret.0.len(), &mut length)
        };
        secret.0.truncate(length);
        (status == ffi::OK).then(|| secret)
    }

    /// Reports bytes: before they are sent, after they were received.
    pub fn wire(&self, received: bool, bytes: &[u8], flags: u32) {
        let protocol = b"line\0".as_ptr() as *const c_char;
        unsafe {
            (self.raw.wire)(self.raw, received as i32, protocol, flags, bytes.as_ptr() as *const c_void, bytes.len())
        }
    }

    /// Hands one result to the host.
    pub fn emit(&self, key: &str, text: &str) -> Result<(), Failure> {
        let name = CString::new(key).map_err(|_| Failure::new(ffi::INTERNAL, "a key with a NUL"))?;
        match unsafe { (self.raw.emit)(self.raw, name.as_ptr(), text.as_ptr() as *const c_void, text.len()) } {
            ffi::OK => Ok(()),
            status => Err(Failure::new(status, format!("the host did not take the result {}", key))),
        }
    }

    /// Says why the call fails.
    pub fn report(&self, failure: &Failure) {
        let message = CString::new(failure.message.replace('\0', " ")).unwrap_or_default();
        let detail = failure.field.and_then(|field| CString::new(format!("{{\"field\":\"{}\"}}", field)).ok());
        let error = ffi::Error {
            struct_size: std::mem::size_of::<ffi::Error>() as u32,
            flags: failure.flags,
            vendor_code: failure.code,
            retry_after_ms: failure.retry_after_ms,
            message: message.as_ptr(),
            detail_json: detail.as_ref().map_or(ptr::null(), |detail| detail.as_ptr()),
        };
        unsafe { (self.raw.set_error)(self.raw, &error) }
    }
}

/// Bytes that do not stay in memory. What is pushed beyond the capacity would be moved and left behind, so do not.
pub struct Wiped(pub Vec<u8>);

impl Drop for Wiped {
    fn drop(&mut self) {
        let start = self.0.as_mut_ptr();
        for index in 0..self.0.capacity() {
            unsafe { ptr::write_volatile(start.add(index), 0) };
        }
        compiler_fence(Ordering::SeqCst);
    }
}
