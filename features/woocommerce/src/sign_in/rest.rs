//! `POST cartwright/v1/sign-in`.

use web::{Reply, Routes};

use super::commands;
use super::model::{SignIn, SignInAddress};
use crate::calls::rest::{answer, signed};

pub(crate) fn routes(routes: &mut Routes) {
    signed(routes, "/sign-in")
        .summary("The store asks for an address that signs a WordPress user in.")
        .body::<SignIn>()
        .replies::<SignInAddress>()
        .flow(|call| {
            answer(call, |call, _| async move {
                let request: SignIn = call.body()?;
                Ok(Reply::json(&commands::sign_in(&call.engine, request).await?))
            })
        });
}
