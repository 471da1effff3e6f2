//! Seccomp: which system calls the process may make.

mod list;

use std::collections::BTreeMap;

use rustix::thread::secure_computing_mode;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, apply_filter,
};

use super::{Failure, Part, Report, State};
use list::{ALLOWED, Call, CallCondition, UNKNOWN};

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;

const EPERM: u32 = 1;
const ENOSYS: u32 = 38;

/// Leaves the calling thread, and those that it starts, the system calls that it takes to compute
/// with what it has, to read files and to answer on standard output; all others fail with EPERM.
///
/// # Errors
/// A kernel that has seccomp and refuses the filter.
pub fn only_computing() -> Result<Report, Failure> {
    // A kernel without seccomp does not know the question.
    if secure_computing_mode().is_err() {
        let why = "the kernel has no filter for system calls (seccomp)".to_owned();
        return Ok(Report::of(Part::Calls, State::Missing(why)));
    }
    // A filter has one answer to what it does not allow, so the other answer takes a second one.
    // Of two that refuse, the one that came last is heard: what it allows is refused by the first.
    let unknown = filter(UNKNOWN, SeccompAction::Allow, SeccompAction::Errno(ENOSYS));
    let allowed = filter(ALLOWED, SeccompAction::Errno(EPERM), SeccompAction::Allow);
    for program in [unknown, allowed] {
        let program =
            program.map_err(Failure::of(Part::Calls, "making the filter for system calls"))?;
        apply_filter(&program)
            .map_err(Failure::of(Part::Calls, "setting the filter for system calls"))?;
    }
    Ok(Report::of(Part::Calls, State::Enforced))
}

/// A filter that answers `matched` to the calls, `otherwise` to all others.
fn filter(
    calls: &[Call],
    otherwise: SeccompAction,
    matched: SeccompAction,
) -> Result<BpfProgram, BackendError> {
    let mut rules = BTreeMap::new();
    for call in calls {
        if let Some(number) = call.number() {
            rules.insert(number, conditions(call.only)?);
        }
    }
    SeccompFilter::new(rules, otherwise, matched, ARCHITECTURE)?.try_into()
}

/// Alternatives; none is no condition.
fn conditions(only: CallCondition) -> Result<Vec<SeccompRule>, BackendError> {
    let is = |argument, value| {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
    };
    let masked = |argument, mask, value| {
        let masked = SeccompCmpOp::MaskedEq(mask);
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, masked, value)
    };
    match only {
        CallCondition::Always => Ok(Vec::new()),
        CallCondition::Without(argument, bits) => {
            Ok(vec![SeccompRule::new(vec![masked(argument, bits, 0)?])?])
        }
        CallCondition::Masked(argument, mask, value) => {
            Ok(vec![SeccompRule::new(vec![masked(argument, mask, value)?])?])
        }
        CallCondition::OneOf(argument, values) => {
            values.iter().map(|value| SeccompRule::new(vec![is(argument, *value)?])).collect()
        }
        CallCondition::ThisProcess(argument) => {
            Ok(vec![SeccompRule::new(vec![is(argument, std::process::id().into())?])?])
        }
        CallCondition::Null(argument) => {
            let null =
                SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0)?;
            Ok(vec![SeccompRule::new(vec![null])?])
        }
    }
}
