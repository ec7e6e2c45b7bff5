// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// Where Host has words of its own, this room means those of the machine model.
typealias PowerState = BMCModel.PowerState
typealias BootTarget = BMCModel.BootTarget
