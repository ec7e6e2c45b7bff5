// SPDX-License-Identifier: 0BSD
//! What the host calls, and the descriptor; `plugin.json.in` says the same as the descriptor.

use crate::call::{Call, Failure};
use crate::driver::Device;
use crate::ffi;
use std::ffi::CStr;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;

/// Runs a function of the driver. No panic may reach the host.
unsafe fn answer(call: *const ffi::Call, body: impl FnOnce(&Call) -> Result<(), Failure>) -> ffi::Status {
    let call = Call::lent(call);
    let done = catch_unwind(AssertUnwindSafe(|| body(&call)))
        .unwrap_or_else(|_| Err(Failure::new(ffi::INTERNAL, "the driver panicked")));
    match done {
        Ok(()) => ffi::OK,
        Err(failure) => {
            call.report(&failure);
            failure.status
        }
    }
}

/// The device behind the host's pointer. Calls for one device come one after another, so nobody else has it.
unsafe fn device<'a>(pointer: *mut ffi::Device) -> &'a mut Device {
    &mut *(pointer as *mut Device)
}

unsafe extern "C" fn open(call: *const ffi::Call, json: *const c_char, out: *mut *mut ffi::Device) -> ffi::Status {
    answer(call, |call| {
        let json = CStr::from_ptr(json).to_str().map_err(|_| Failure::field("$", "is not UTF-8"))?;
        *out = Box::into_raw(Box::new(Device::open(call, json)?)) as *mut ffi::Device;
        Ok(())
    })
}

unsafe extern "C" fn close(pointer: *mut ffi::Device, _call: *const ffi::Call) {
    let device = Box::from_raw(pointer as *mut Device);
    let _ = catch_unwind(AssertUnwindSafe(|| drop(device)));
}

unsafe extern "C" fn probe(pointer: *mut ffi::Device, call: *const ffi::Call) -> ffi::Status {
    answer(call, |call| device(pointer).probe(call))
}

unsafe extern "C" fn get_power(pointer: *mut ffi::Device, call: *const ffi::Call, state: *mut i32) -> ffi::Status {
    answer(call, |call| device(pointer).power(call).map(|found| *state = found))
}

unsafe extern "C" fn set_power(pointer: *mut ffi::Device, call: *const ffi::Call, action: i32) -> ffi::Status {
    answer(call, |call| device(pointer).set_power(call, action))
}

unsafe extern "C" fn get_boot(
    pointer: *mut ffi::Device,
    call: *const ffi::Call,
    target: *mut i32,
    flags: *mut u32,
) -> ffi::Status {
    answer(call, |call| {
        let (found, how) = device(pointer).boot(call)?;
        *target = found;
        *flags = how;
        Ok(())
    })
}

unsafe extern "C" fn set_boot(
    pointer: *mut ffi::Device,
    call: *const ffi::Call,
    target: i32,
    flags: u32,
) -> ffi::Status {
    answer(call, |call| device(pointer).set_boot(call, target, flags))
}

static DRIVER: ffi::Driver = ffi::Driver {
    struct_size: size_of::<ffi::Driver>() as u32,
    flags: 0,
    open: Some(open),
    close: Some(close),
    probe: Some(probe),
};
static POWER: ffi::Power = ffi::Power {
    struct_size: size_of::<ffi::Power>() as u32,
    actions: 0x7E, // 1 << DO_… of each action
    get: Some(get_power),
    set: Some(set_power),
};
static BOOT: ffi::Boot = ffi::Boot {
    struct_size: size_of::<ffi::Boot>() as u32,
    targets: 0x7F, // 1 << BOOT_… of each target
    get: Some(get_boot),
    set: Some(set_boot),
};

unsafe extern "C" fn extension(id: *const c_char) -> *const c_void {
    match CStr::from_ptr(id).to_bytes() {
        b"ingot.driver/1" => &DRIVER as *const _ as *const c_void,
        b"ingot.power/1" => &POWER as *const _ as *const c_void,
        b"ingot.boot/1" => &BOOT as *const _ as *const c_void,
        _ => ptr::null(),
    }
}

macro_rules! text {
    ($text:expr) => {
        concat!($text, "\0").as_ptr() as *const c_char
    };
}

struct Ids([*const c_char; 4]);
unsafe impl Sync for Ids {}
static EXTENSIONS: Ids = Ids([text!("ingot.driver/1"), text!("ingot.power/1"), text!("ingot.boot/1"), ptr::null()]);

static PLUGIN: ffi::Plugin = ffi::Plugin {
    struct_size: size_of::<ffi::Plugin>() as u32,
    minor: ffi::MINOR,
    flags: 0,
    reserved: 0,
    id: text!("dev.example.skeleton"),
    name: text!("skeleton"),
    vendor: text!("Example"),
    version: text!("0.1.0"),
    license: text!("0BSD"),
    config_schema: text!(
        r#"{"type": "object", "required": ["host", "port", "username", "password"], "additionalProperties": false,
        "properties": {
            "host": {"type": "string", "minLength": 1, "maxLength": 255},
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "username": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
            "password": {"type": "string", "minLength": 1, "maxLength": 64, "writeOnly": true}}}"#
    ),
    extensions: EXTENSIONS.0.as_ptr(),
    start: None,
    stop: None,
    extension: Some(extension),
};

#[no_mangle]
pub extern "C" fn ingot_plugin_v1() -> *const ffi::Plugin {
    &PLUGIN
}
