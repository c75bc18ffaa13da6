using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Orleans.Serialization.Invocation;

/// <summary>A call as filters see it.</summary>
public interface IInvokable
{
    object? GetTarget();

    int GetArgumentCount();

    object? GetArgument(int index);

    void SetArgument(int index, object value);

    string GetMethodName();

    /// <summary>The interface's full name.</summary>
    string GetInterfaceName();

    /// <summary>Interface and method without namespace: the name of a trace span.</summary>
    string GetActivityName();

    MethodInfo GetMethod();

    Type GetInterfaceType();

    TimeSpan? GetDefaultResponseTimeout() => null;

    CancellationToken GetCancellationToken() => default;

    bool IsCancellable => false;
}

/// <summary>Holds the target of calls.</summary>
public interface ITargetHolder
{
    object? GetTarget();

    object? GetComponent(Type componentType);
}

/// <summary>The outcome of a call: a result or an exception.</summary>
public abstract class Response
{
    public static Response Completed { get; } = new ResultResponse(null);

    public abstract object? Result { get; set; }

    public abstract Exception? Exception { get; set; }

    public static Response FromException(Exception exception) => new ExceptionResponse(exception);

    public static Response FromResult<TResult>(TResult value) => new ResultResponse(value);

    /// <summary>The result; throws the exception if there is one.</summary>
    public T GetResult<T>() => (T)Result!;

    private sealed class ResultResponse(object? result) : Response
    {
        public override object? Result { get; set; } = result;

        public override Exception? Exception
        {
            get => null;
            set => throw new InvalidOperationException("A result cannot become an exception; set a new response.");
        }
    }

    private sealed class ExceptionResponse(Exception exception) : Response
    {
        public override Exception? Exception { get; set; } = exception;

        public override object? Result
        {
            get
            {
                ExceptionDispatchInfo.Throw(Exception!);
                return null;
            }
            set => throw new InvalidOperationException("An exception cannot become a result; set a new response.");
        }
    }
}
