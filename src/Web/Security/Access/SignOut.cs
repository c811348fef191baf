using Microsoft.AspNetCore.Authentication;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Access;

/// <summary>Where the form leads by which somebody signs out.</summary>
internal static class SignOut
{
    /// <summary>The path.</summary>
    public const string Path = "/sign-out";

    public static void Map(WebApplication app) => app.MapPost(Path, AnswerAsync).RequireAuthorization(Policies.View);

    // The form is taken though nothing is read from it: with it comes the token against forgery, which is checked.
    private static async Task<IResult> AnswerAsync(HttpContext context, IFormCollection form, SessionBook sessions)
    {
        _ = form;
        if (SessionScheme.KeyOf(context.User) is { } key)
        {
            await sessions.EndAsync(key, new Actor(context.User.Identity?.Name ?? "", CallerAddress.Of(context)), "signed out");
        }

        await context.SignOutAsync(SessionScheme.Name);
        return Results.Redirect(SessionScheme.Path);
    }
}
