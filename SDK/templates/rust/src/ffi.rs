// SPDX-License-Identifier: 0BSD
//! The plugin ABI, major 1, as `ingot.h` has it: layout and constants, nothing else. The header says what they mean.
#![allow(dead_code)]

use std::mem::size_of;
use std::os::raw::{c_char, c_void};

pub type Status = i32;
pub const OK: Status = 0;
pub const UNSUPPORTED: Status = 1;
pub const INVALID: Status = 2;
pub const AUTH: Status = 3;
pub const FORBIDDEN: Status = 4;
pub const UNREACHABLE: Status = 5;
pub const TIMEOUT: Status = 6;
pub const CANCELLED: Status = 7;
pub const BUSY: Status = 8;
pub const PROTOCOL: Status = 9;
pub const STATE: Status = 10;
pub const INTERNAL: Status = 11;

pub const RETRYABLE: u32 = 1;
pub const MAYBE_APPLIED: u32 = 2;
pub const SESSION_LOST: u32 = 4;
pub const WIRE_SENSITIVE: u32 = 1;

#[repr(C)]
pub struct Error {
    pub struct_size: u32,
    pub flags: u32,
    pub vendor_code: i32,
    pub retry_after_ms: u32,
    pub message: *const c_char,
    pub detail_json: *const c_char,
}

#[repr(C)]
pub struct Call {
    pub struct_size: u32,
    pub cancel_fd: i32,
    pub deadline_ns: u64,
    pub operation_id: *const c_char,
    pub cancelled: unsafe extern "C" fn(*const Call) -> i32,
    pub set_error: unsafe extern "C" fn(*const Call, *const Error),
    pub progress: unsafe extern "C" fn(*const Call, u32, *const c_char),
    pub emit: unsafe extern "C" fn(*const Call, *const c_char, *const c_void, usize) -> Status,
    pub secret: unsafe extern "C" fn(*const Call, *const c_char, *mut c_char, usize, *mut usize) -> Status,
    pub wire: unsafe extern "C" fn(*const Call, i32, *const c_char, u32, *const c_void, usize),
    pub host_data: *mut c_void,
}

#[repr(C)]
pub struct Source {
    pub struct_size: u32,
    pub flags: u32,
    pub size: u64,
    pub read: unsafe extern "C" fn(*const Source, *const c_char, u64, *mut c_void, usize, *mut usize) -> Status,
    pub host_data: *mut c_void,
}

#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub minor: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub log: unsafe extern "C" fn(*const Host, i32, *const c_char, *const c_char),
    pub extension: unsafe extern "C" fn(*const Host, *const c_char) -> *const c_void,
    pub host_data: *mut c_void,
}

pub const MINOR: u32 = 0;

#[repr(C)]
pub struct Plugin {
    pub struct_size: u32,
    pub minor: u32,
    pub flags: u32,
    pub reserved: u32,
    pub id: *const c_char,
    pub name: *const c_char,
    pub vendor: *const c_char,
    pub version: *const c_char,
    pub license: *const c_char,
    pub config_schema: *const c_char,
    pub extensions: *const *const c_char,
    pub start: Option<unsafe extern "C" fn(*const Host) -> Status>,
    pub stop: Option<unsafe extern "C" fn()>,
    pub extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}
// Immutable, and everything it points to is too.
unsafe impl Sync for Plugin {}

/// The driver's own type, which the host holds and never looks at.
#[repr(C)]
pub struct Device {
    _private: [u8; 0],
}

#[repr(C)]
pub struct Driver {
    pub struct_size: u32,
    pub flags: u32,
    pub open: Option<unsafe extern "C" fn(*const Call, *const c_char, *mut *mut Device) -> Status>,
    pub close: Option<unsafe extern "C" fn(*mut Device, *const Call)>,
    pub probe: Option<unsafe extern "C" fn(*mut Device, *const Call) -> Status>,
}
pub const DRIVER_CONCURRENT: u32 = 1;

#[repr(C)]
pub struct Power {
    pub struct_size: u32,
    pub actions: u32,
    pub get: Option<unsafe extern "C" fn(*mut Device, *const Call, *mut i32) -> Status>,
    pub set: Option<unsafe extern "C" fn(*mut Device, *const Call, i32) -> Status>,
}
pub const POWER_UNKNOWN: i32 = 0;
pub const POWER_OFF: i32 = 1;
pub const POWER_ON: i32 = 2;
pub const POWER_CHANGING: i32 = 3;
pub const DO_ON: i32 = 1;
pub const DO_OFF: i32 = 2;
pub const DO_SOFT_OFF: i32 = 3;
pub const DO_CYCLE: i32 = 4;
pub const DO_RESET: i32 = 5;
pub const DO_NMI: i32 = 6;

#[repr(C)]
pub struct Boot {
    pub struct_size: u32,
    pub targets: u32,
    pub get: Option<unsafe extern "C" fn(*mut Device, *const Call, *mut i32, *mut u32) -> Status>,
    pub set: Option<unsafe extern "C" fn(*mut Device, *const Call, i32, u32) -> Status>,
}
pub const BOOT_NONE: i32 = 0;
pub const BOOT_PXE: i32 = 1;
pub const BOOT_DISK: i32 = 2;
pub const BOOT_CD: i32 = 3;
pub const BOOT_SETUP: i32 = 4;
pub const BOOT_HTTP: i32 = 5;
pub const BOOT_USB: i32 = 6;
pub const BOOT_PERSISTENT: u32 = 1;
pub const BOOT_UEFI: u32 = 2;
pub const BOOT_LEGACY: u32 = 4;

/// `ingot.sensors/1`, `ingot.inventory/1` and `ingot.eventlog/1`.
#[repr(C)]
pub struct Reader {
    pub struct_size: u32,
    pub flags: u32,
    pub read: Option<unsafe extern "C" fn(*mut Device, *const Call, *const c_char) -> Status>,
    pub clear: Option<unsafe extern "C" fn(*mut Device, *const Call) -> Status>,
}

#[repr(C)]
pub struct Console {
    pub struct_size: u32,
    pub flags: u32,
    pub open: Option<unsafe extern "C" fn(*mut Device, *const Call, *mut i32) -> Status>,
}
pub const CONSOLE_TAKES_OVER: u32 = 1;

/// `ingot.media/1` and `ingot.firmware/1`.
#[repr(C)]
pub struct Job {
    pub struct_size: u32,
    pub flags: u32,
    pub begin: Option<unsafe extern "C" fn(*mut Device, *const Call, *const c_char, *const Source) -> Status>,
    pub poll: Option<unsafe extern "C" fn(*mut Device, *const Call, *const c_char, *mut i32) -> Status>,
    pub end: Option<unsafe extern "C" fn(*mut Device, *const Call, *const c_char) -> Status>,
}

#[repr(C)]
pub struct SweepResult {
    pub index: u32,
    pub status: Status,
    pub value: i32,
    pub vendor_code: i32,
}

#[repr(C)]
pub struct Sweep {
    pub struct_size: u32,
    pub subjects: u32,
    pub read: Option<unsafe extern "C" fn(*const *mut Device, usize, *const Call, i32) -> Status>,
}

#[repr(C)]
pub struct Vendor {
    pub struct_size: u32,
    pub flags: u32,
    pub invoke: Option<unsafe extern "C" fn(*mut Device, *const Call, *const c_char, *const c_void, usize) -> Status>,
}

// The layout of ABI 1 on 64-bit machines. A struct of ours that differs does not compile.
const _: () = assert!(size_of::<Error>() == 32);
const _: () = assert!(size_of::<Call>() == 80);
const _: () = assert!(size_of::<Source>() == 32);
const _: () = assert!(size_of::<Host>() == 48);
const _: () = assert!(size_of::<Plugin>() == 96);
const _: () = assert!(size_of::<Driver>() == 32);
const _: () = assert!(size_of::<Power>() == 24);
const _: () = assert!(size_of::<Boot>() == 24);
const _: () = assert!(size_of::<Reader>() == 24);
const _: () = assert!(size_of::<Console>() == 16);
const _: () = assert!(size_of::<Job>() == 32);
const _: () = assert!(size_of::<SweepResult>() == 16);
const _: () = assert!(size_of::<Sweep>() == 16);
const _: () = assert!(size_of::<Vendor>() == 16);
