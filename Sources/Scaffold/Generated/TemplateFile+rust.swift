// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file
// Made by Tools/embed-templates.sh from SDK/templates/rust. Change it there.

extension TemplateFile {
    static let rust: [TemplateFile] = [
        TemplateFile(path: ".github/workflows/ci.yml", text: ####"""
            # SPDX-License-Identifier: 0BSD
            name: driver
            on: [push, pull_request]
            jobs:
              check:
                runs-on: ubuntu-latest
                container: swift:6.3-bookworm
                env:
                  PREFIX: /opt/ingot
                  PKG_CONFIG_PATH: /opt/ingot/lib/pkgconfig
                steps:
                  - run: apt-get update && apt-get install -y build-essential pkg-config git ca-certificates cargo
                  - uses: actions/checkout@v4
                  # The repository variable INGOT_REPOSITORY is the address of Ingot's repository, INGOT_REF what to check out there.
                  - run: git clone --depth 1 --branch "${{ vars.INGOT_REF }}" "${{ vars.INGOT_REPOSITORY }}" /tmp/ingot
                  - run: make -C /tmp/ingot install CONFIG=release PREFIX=$PREFIX
                  - run: make
                  - run: make check INGOT=$PREFIX/bin/ingot

            """####),
        TemplateFile(path: ".gitignore", text: ####"""
            build/
            target/
            Cargo.lock

            """####),
        TemplateFile(path: "Cargo.toml", text: ####"""
            # SPDX-License-Identifier: 0BSD
            [package]
            name = "skeleton"
            version = "0.1.0"
            edition = "2021"
            rust-version = "1.63"
            license = "0BSD"
            publish = false

            [lib]
            name = "driver"
            crate-type = ["cdylib"]

            [profile.release]
            debug = 1

            """####),
        TemplateFile(path: "LICENSE", text: ####"""
            BSD Zero Clause License

            Permission to use, copy, modify, and/or distribute this software for any
            purpose with or without fee is hereby granted.

            THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
            REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY
            AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
            INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM
            LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR
            OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
            PERFORMANCE OF THIS SOFTWARE.

            """####),
        TemplateFile(path: "Makefile", text: ####"""
            # SPDX-License-Identifier: 0BSD
            #   make            builds the driver and lays it out below PLUGINS, as Ingot finds it
            #   make check      has Ingot's conformance kit try it on the simulated BMC
            #   make install    the same as make, below the directory of an installed Ingot
            # When Ingot's SDK is not in a standard place: export PKG_CONFIG_PATH=<prefix>/lib/pkgconfig
            CARGO   ?= cargo
            PLUGINS ?= build/plugins
            INGOT   ?= ingot
            ID      := dev.example.skeleton
            PROFILE ?= basic
            CHECKFLAGS ?=

            SDK := pkg-config ingot-plugin
            ifneq ($(shell $(SDK) --exists && echo yes),yes)
            $(error ingot-plugin.pc is not found: install Ingot's SDK, or set PKG_CONFIG_PATH to its lib/pkgconfig)
            endif

            all: $(PLUGINS)/$(ID)/plugin.json

            target/release/libdriver.so: Cargo.toml $(wildcard src/*.rs)
            	$(CARGO) build --release
            	@touch $@

            $(PLUGINS)/$(ID)/plugin.json: target/release/libdriver.so plugin.json.in
            	sh "$$($(SDK) --variable=install_plugin)" target/release/libdriver.so plugin.json.in $(PLUGINS)

            check: all
            	$(INGOT) driver check $(PLUGINS)/$(ID) --target sim:line --profile $(PROFILE) $(CHECKFLAGS)

            install:
            	$(MAKE) all PLUGINS="$(DESTDIR)$$($(SDK) --variable=plugins_dir)"

            clean:
            	rm -rf build target

            .PHONY: all check install clean

            """####),
        TemplateFile(path: "README.md", text: ####"""
            # skeleton

            An Ingot driver in Rust, without crates: power and boot device of one machine.
            As generated it speaks the line protocol of Ingot's simulated BMC, so that it works before you change anything.

            | file | what it is |
            |---|---|
            | `src/driver.rs` | power and boot device |
            | `src/line.rs` | a session with the BMC; **your protocol goes here** |
            | `src/plugin.rs` | what the host calls, and the descriptor |
            | `src/call.rs`, `src/net.rs`, `src/json.rs` | what every driver needs: errors, time, TCP, a little JSON |
            | `src/ffi.rs` | the plugin ABI as `ingot.h` has it, its layout checked at compile time |
            | `plugin.json.in` | the manifest; id, version, schema and extensions must equal those in `plugin.rs` |
            | `Cargo.toml`, `Makefile` | cargo builds it, make lays it out and checks it; Rust 1.63 (Debian 12) or later |
            | `.github/workflows/ci.yml` | builds it and runs the kit |

            ## Build, try, check

            ```sh
            export PKG_CONFIG_PATH=<prefix>/lib/pkgconfig   # when Ingot's SDK is not in a standard place
            make                                            # build/plugins/dev.example.skeleton/
            make check                                      # the conformance kit on the simulated BMC
            make install                                    # into the plugins directory of an installed Ingot
            ```

            ## What to change

            1. `line.rs`: speak your device's protocol, or call the library made for it. Keep three things: every wait ends on
               `cancel_fd` and at `deadline_ns` (`Call::wait` does), `Call::wire` comes before a request that changes something, and
               a failure between sending such a request and its answer carries `ffi::MAYBE_APPLIED`. No panic may leave a function
               the host calls: `answer` in `plugin.rs` sees to that.
            2. `driver.rs`: the words of your device for states, actions and targets; the bits of `POWER` and `BOOT` in `plugin.rs`.
            3. The schema, in `plugin.rs` and `plugin.json.in`; `network` in the manifest names the ports you connect to.
            4. `make check`, until the kit says that the profile is earned.

            Ingot's `docs/driver-guide.md` leads through all of it.

            ## Licence

            What `ingot driver new` writes is 0BSD: yours to use without any condition. Put your own licence into `LICENSE`, the
            descriptor and the manifest.

            """####),
        TemplateFile(path: "plugin.json.in", text: ####"""
            {
              "id": "dev.example.skeleton",
              "name": "skeleton",
              "vendor": "Example",
              "version": "0.1.0",
              "license": "0BSD",
              "abi": 1,
              "library": "driver.so",
              "sha256": "@SHA256@",
              "extensions": ["ingot.driver/1", "ingot.power/1", "ingot.boot/1"],
              "config_schema": {
                "type": "object",
                "required": ["host", "port", "username", "password"],
                "additionalProperties": false,
                "properties": {
                  "host": {"type": "string", "minLength": 1, "maxLength": 255},
                  "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                  "username": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
                  "password": {"type": "string", "minLength": 1, "maxLength": 64, "writeOnly": true}
                }
              },
              "network": ["tcp/7623"],
              "isolation": "plugin"
            }

            """####),
        TemplateFile(path: "rustfmt.toml", text: ####"""
            max_width = 120
            use_small_heuristics = "Max"

            """####),
        TemplateFile(path: "src/call.rs", text: ####"""
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

            """####),
        TemplateFile(path: "src/driver.rs", text: ####"""
            // SPDX-License-Identifier: 0BSD
            //! Power and boot device of one machine.

            use crate::call::{Call, Failure};
            use crate::line::Session;
            use crate::{ffi, json};

            const ACTIONS: [(i32, &str); 6] = [
                (ffi::DO_ON, "on"),
                (ffi::DO_OFF, "off"),
                (ffi::DO_SOFT_OFF, "soft-off"),
                (ffi::DO_CYCLE, "cycle"),
                (ffi::DO_RESET, "reset"),
                (ffi::DO_NMI, "nmi"),
            ];
            const TARGETS: [(i32, &str); 7] = [
                (ffi::BOOT_NONE, "none"),
                (ffi::BOOT_PXE, "pxe"),
                (ffi::BOOT_DISK, "disk"),
                (ffi::BOOT_CD, "cd"),
                (ffi::BOOT_SETUP, "setup"),
                (ffi::BOOT_HTTP, "http"),
                (ffi::BOOT_USB, "usb"),
            ];

            fn nonsense() -> Failure {
                Failure::new(ffi::PROTOCOL, "the BMC answered what the line protocol does not know")
            }

            fn unsupported(what: &str) -> Failure {
                Failure::new(ffi::UNSUPPORTED, what)
            }

            pub struct Device {
                session: Session,
            }

            impl Device {
                /// The host has checked the configuration against the schema; the password is not in it but behind `call.secret`.
                pub fn open(call: &Call, configuration: &str) -> Result<Device, Failure> {
                    let host = json::text(configuration, "host").ok_or_else(|| Failure::field("$.host", "host is missing"))?;
                    let user = json::text(configuration, "username")
                        .filter(|user| {
                            !user.is_empty() && user.len() <= 64 && user.bytes().all(|byte| (0x21..=0x7E).contains(&byte))
                        })
                        .ok_or_else(|| Failure::field("$.username", "username is missing, too long, or has spaces"))?;
                    let port = json::integer(configuration, "port")
                        .and_then(|port| u16::try_from(port).ok())
                        .ok_or_else(|| Failure::field("$.port", "port is missing or out of range"))?;
                    let mut device = Device { session: Session { host, port, user, stream: None } };
                    device.power(call)?; // signs in
                    Ok(device)
                }

                /// What this machine can do, and how we know; the host reads it as docs/driver-json.md of Ingot says.
                pub fn probe(&mut self, call: &Call) -> Result<(), Failure> {
                    let identity = self.session.ask(call, "identity", false)?;
                    let features = self.session.ask(call, "features", false)?;
                    let is: Vec<&str> = identity.split('\t').collect();
                    let can: Vec<&str> = features.split('\t').collect();
                    if is.len() != 4 || can.len() != 4 {
                        return Err(nonsense());
                    }
                    let evidence = json::quoted(&features);
                    let persistent = if can[2].contains("persistent") { "yes" } else { "no" };
                    let capabilities = format!(
                        r#"{{"identity":{{"vendor":{},"model":{},"serial":{},"firmware":{}}},
                        "power":{{"answer":"yes","evidence":{evidence},"actions":{}}},
                        "boot":{{"answer":"yes","evidence":{evidence},"targets":{},"modes":{},"persistent":"{persistent}"}}}}"#,
                        json::quoted(is[0]),
                        json::quoted(is[1]),
                        json::quoted(is[2]),
                        json::quoted(is[3]),
                        json::words(can[0]),
                        json::words(can[1]),
                        json::words(can[3]),
                    );
                    call.emit("capabilities", &capabilities)
                }

                pub fn power(&mut self, call: &Call) -> Result<i32, Failure> {
                    match self.session.ask(call, "power?", false)?.as_str() {
                        "on" => Ok(ffi::POWER_ON),
                        "off" => Ok(ffi::POWER_OFF),
                        "turning-on" | "turning-off" => Ok(ffi::POWER_CHANGING),
                        _ => Err(nonsense()),
                    }
                }

                pub fn set_power(&mut self, call: &Call, action: i32) -> Result<(), Failure> {
                    let known =
                        ACTIONS.iter().find(|known| known.0 == action).ok_or_else(|| unsupported("no such power action"))?;
                    self.session.ask(call, &format!("power {}", known.1), true).map(|_| ())
                }

                pub fn boot(&mut self, call: &Call) -> Result<(i32, u32), Failure> {
                    let answer = self.session.ask(call, "boot?", false)?;
                    let words: Vec<&str> = answer.split(' ').collect();
                    if words.len() != 3 {
                        return Err(nonsense());
                    }
                    let target = TARGETS.iter().find(|known| known.1 == words[0]).ok_or_else(nonsense)?.0;
                    let duration = if words[1] == "persistent" { ffi::BOOT_PERSISTENT } else { 0 };
                    Ok(match words[2] {
                        "uefi" => (target, duration | ffi::BOOT_UEFI),
                        "legacy" => (target, duration | ffi::BOOT_LEGACY),
                        _ => (target, duration),
                    })
                }

                pub fn set_boot(&mut self, call: &Call, target: i32, flags: u32) -> Result<(), Failure> {
                    let known = TARGETS.iter().find(|known| known.0 == target).ok_or_else(|| unsupported("no such boot target"))?;
                    let mode = match flags & !ffi::BOOT_PERSISTENT {
                        0 => "any",
                        ffi::BOOT_UEFI => "uefi",
                        ffi::BOOT_LEGACY => "legacy",
                        _ => return Err(unsupported("no such boot flag")),
                    };
                    let duration = if flags & ffi::BOOT_PERSISTENT != 0 { "persistent" } else { "once" };
                    self.session.ask(call, &format!("boot set {} {} {}", known.1, duration, mode), true).map(|_| ())
                }
            }

            """####),
        TemplateFile(path: "src/ffi.rs", text: ####"""
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

            """####),
        TemplateFile(path: "src/json.rs", text: ####"""
            // SPDX-License-Identifier: 0BSD
            //! As much JSON as a driver needs: members of the flat configuration, and texts of a device made safe.

            /// Reads the text at the start of `json`: its value, and what follows it.
            fn string(json: &str) -> Option<(String, &str)> {
                let mut rest = json.strip_prefix('"')?.chars();
                let mut value = String::new();
                loop {
                    let next = match rest.next()? {
                        '"' => return Some((value, rest.as_str())),
                        '\\' => match rest.next()? {
                            'b' => '\u{8}',
                            'f' => '\u{c}',
                            'n' => '\n',
                            'r' => '\r',
                            't' => '\t',
                            'u' => {
                                let code = u32::from_str_radix(rest.as_str().get(..4)?, 16).ok()?;
                                rest = rest.as_str().get(4..)?.chars();
                                char::from_u32(code)?
                            }
                            other => other,
                        },
                        other => other,
                    };
                    value.push(next);
                }
            }

            /// The value of a top-level member of a flat object, and what follows it.
            fn find<'a>(json: &'a str, key: &str) -> Option<&'a str> {
                let mut rest = json;
                while let Some(start) = rest.find('"') {
                    let (name, after) = string(&rest[start..])?;
                    rest = after;
                    if let Some(value) = after.trim_start().strip_prefix(':') {
                        if name == key {
                            return Some(value.trim_start());
                        }
                        rest = value;
                    }
                }
                None
            }

            /// A text member; None when it is not there or no text.
            pub fn text(json: &str, key: &str) -> Option<String> {
                string(find(json, key)?).map(|(value, _)| value)
            }

            /// An integer member; None when it is not there or no integer of i64.
            pub fn integer(json: &str, key: &str) -> Option<i64> {
                let value = find(json, key)?;
                let end = value.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(value.len());
                if value[end..].starts_with(&['.', 'e', 'E'][..]) {
                    return None;
                }
                value[..end].parse().ok()
            }

            /// Whether a member is an array that has this text, such as a quirk among the configuration's `quirks`.
            #[allow(dead_code)]
            pub fn has(json: &str, key: &str, word: &str) -> bool {
                let mut rest = find(json, key).and_then(|value| value.strip_prefix('['));
                while let Some(text) = rest {
                    let text = text.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
                    match string(text) {
                        Some((found, _)) if found == word => return true,
                        next => rest = next.map(|(_, after)| after),
                    }
                }
                false
            }

            /// `text` as a JSON string with its quotes; control characters become spaces.
            pub fn quoted(text: &str) -> String {
                let mut json = String::from("\"");
                for c in text.chars() {
                    if c == '"' || c == '\\' {
                        json.push('\\');
                    }
                    json.push(if c.is_control() { ' ' } else { c });
                }
                json + "\""
            }

            /// Words with commas between them as a JSON array of texts.
            pub fn words(text: &str) -> String {
                let words: Vec<String> = text.split(',').filter(|word| !word.is_empty()).map(quoted).collect();
                format!("[{}]", words.join(","))
            }

            """####),
        TemplateFile(path: "src/lib.rs", text: ####"""
            // SPDX-License-Identifier: 0BSD
            //! skeleton: an Ingot driver in Rust, without crates.
            //!
            //! `driver` is what this driver does, `line` the protocol it speaks; `plugin` hands both to the host. `ffi`, `call`,
            //! `net` and `json` are the same in every driver.

            mod call;
            mod driver;
            mod ffi;
            mod json;
            mod line;
            mod net;
            mod plugin;

            """####),
        TemplateFile(path: "src/line.rs", text: ####"""
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

            """####),
        TemplateFile(path: "src/net.rs", text: ####"""
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

            """####),
        TemplateFile(path: "src/plugin.rs", text: ####"""
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

            """####),
    ]
}
