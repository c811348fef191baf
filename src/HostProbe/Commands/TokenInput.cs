namespace TdxDash.HostProbe.Commands;

/// <summary>Where an enrolment token comes from: the command line, which other users of the machine can see, or a file, standard input or the environment, which they cannot.</summary>
internal static class TokenInput
{
    /// <summary>The variable of the environment.</summary>
    public const string Variable = "TDXDASH_ENROLL_TOKEN";

    private const int MostCharacters = 256;

    /// <summary>Takes the token from the one place where it is.</summary>
    /// <param name="argument">What stands on the command line; <c>-</c> for standard input, null for nothing.</param>
    /// <param name="file">The file that is named; null for none.</param>
    /// <param name="input">Standard input.</param>
    /// <exception cref="CommandException">There is none, or there are two.</exception>
    public static string Read(string? argument, string? file, TextReader input)
    {
        string? variable = Environment.GetEnvironmentVariable(Variable);
        string? text = (argument, file) switch
        {
            (not null, not null) => throw CommandException.Usage("Both TOKEN and --token-file are given. Give one of them."),
            ("-", _) => Limited(input),
            ({ } given, _) => given,
            (_, { } path) => OfFile(path),
            _ => string.IsNullOrWhiteSpace(variable) ? null : variable,
        };
        return text?.Trim() is { Length: > 0 } token ? token
            : throw CommandException.Usage($"There is no token. Give TOKEN, - for standard input, --token-file FILE, or the variable {Variable}; an administrator makes tokens on the dashboard's page Probes.");
    }

    private static string OfFile(string path)
    {
        try
        {
            using StreamReader reader = File.OpenText(path);
            return Limited(reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The token cannot be read from {path}: {e.Message}");
        }
    }

    private static string Limited(TextReader reader)
    {
        char[] block = new char[MostCharacters];
        return new string(block, 0, reader.ReadBlock(block));
    }
}
