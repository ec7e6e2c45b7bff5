// SPDX-License-Identifier: Apache-2.0
import Testing

/// Everything here starts processes and watches the clock, so the tests of one group run one after another.
@Suite(.serialized) enum HostTests {}
